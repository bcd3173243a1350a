import { readFileSync } from "node:fs";
import type { ClusterConfig, Endpoint, WasmFilterConfig } from "../gateway/config.ts";
import type { LogLevel } from "../gateway/observe.ts";
import type { ProfileName } from "../gateway/options.ts";
import type { Clock } from "../services/clock.ts";
import type { UpstreamHandler } from "../services/upstream/upstream.ts";
import type { FakeUpstream } from "./fake-upstream.ts";

/** A file, or the module itself. */
export type PluginSource = string | Uint8Array;

export interface PluginOptions {
  plugin: PluginSource;
  /** The plugin's configuration. Strings and bytes go in as they are, anything else as JSON. Default: none. */
  config?: unknown;
  /** Default: the module's file name without `.wasm`. */
  name?: string;
  rootId?: string;
  /** Plugins with the same `vmId` and module share one VM. Default "". */
  vmId?: string;
  /** A plugin that traps is skipped instead of answering 503. Default false. */
  failOpen?: boolean;
}

/**
 * Where a cluster leads: a fake upstream or handler in this process, `http://host:port` or `redis://host:port`, a server with an `address`
 * and a `port`, or null for a cluster without a healthy host.
 */
export type ClusterTarget = FakeUpstream | UpstreamHandler | string | { address: string; port: number } | null;

export interface StartOptions extends Partial<PluginOptions> {
  /** A filter chain, in order, in place of `plugin`. */
  plugins?: PluginOptions[];
  /** Default: `higress` when a module imports Redis functions, `envoy` otherwise. */
  profile?: ProfileName;
  /** By the cluster's literal name, such as `outbound|80||auth.dns`. */
  clusters?: Record<string, ClusterTarget>;
  /** The route's cluster. Default: the built-in echo, which answers with what reached it. */
  upstream?: ClusterTarget;
  /** Default `virtual`: time stands still until `advance`. */
  clock?: "virtual" | "real" | Clock;
  /** Default "default". */
  routeName?: string;
  /** Milliseconds; 0 is none. Default 15,000. */
  routeTimeoutMs?: number;
  /** Milliseconds to connect to a cluster. Default 1,000. */
  connectTimeoutMs?: number;
  bufferLimitBytes?: number;
  /** Default `info`. */
  logLevel?: LogLevel;
  /** Start plugins in a throw-away VM first, as gateways do. Default true. */
  canary?: boolean;
}

export function pluginsOf(options: StartOptions): PluginOptions[] {
  if (options.plugins) return options.plugins;
  if (options.plugin === undefined) throw new TypeError("startGateway needs a plugin: { plugin: \"dist/plugin.wasm\" }");
  return [{ ...options, plugin: options.plugin }];
}

export function toFilter(options: PluginOptions, index: number): WasmFilterConfig {
  const path = typeof options.plugin === "string" ? options.plugin : undefined;
  const bytes = typeof options.plugin === "string" ? readFileSync(options.plugin) : options.plugin;
  const name = options.name ?? path?.replace(/^.*[\\/]/, "").replace(/(\.\w+)*\.wasm$/, "") ?? `plugin-${index}`;
  return {
    name: `${index}-${name}`,
    pluginName: name,
    rootId: options.rootId ?? "",
    vmId: options.vmId ?? "",
    code: { bytes, path },
    vmConfiguration: new Uint8Array(),
    configuration: toConfiguration(options.config),
    failOpen: options.failOpen ?? false,
  };
}

export function toConfiguration(config: unknown): Uint8Array {
  if (config === undefined) return new Uint8Array();
  if (config instanceof Uint8Array) return config;
  return new TextEncoder().encode(typeof config === "string" ? config : JSON.stringify(config));
}

export function toCluster(name: string, target: ClusterTarget, connectTimeoutMs: number): ClusterConfig {
  return { name, connectTimeoutMs, endpoints: target === null ? [] : [toEndpoint(name, target)] };
}
function toEndpoint(name: string, target: Exclude<ClusterTarget, null>): Endpoint {
  if (typeof target === "function") return { handler: target };
  if (typeof target === "object") return "handler" in target ? { handler: target.handler } : target;
  const url = URL.canParse(target) ? new URL(target) : undefined;
  if (!url || !["http:", "redis:", "tcp:"].includes(url.protocol) || url.hostname === "") {
    throw new TypeError(`cluster ${name}: "${target}" is no address: write http://host:port or redis://host:port`);
  }
  const port = Number(url.port) || (url.protocol === "redis:" ? 6379 : 80);
  return { address: url.hostname.replace(/^\[|\]$/g, ""), port };
}
