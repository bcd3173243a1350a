import { readFileSync } from "node:fs";
import type { Clock } from "@gateway-plugins/test-host";
import { serve, type LogLine } from "@gateway-plugins/test-host/live";
import { publishedModule } from "./plugins.ts";

export interface LivePlugin {
  /** Name of a published plugin, or a module. */
  plugin: string | Uint8Array;
  config?: object;
}

export interface LiveOptions {
  upstream: { address: string; port: number };
  /** For callouts and Redis, by cluster name. */
  clusters?: Record<string, { address: string; port: number }>;
  /** Default: real time. */
  clock?: Clock;
  /** Also the name of a limiter's counter. Default `default`. */
  routeName?: string;
}

export interface ServedPlugins {
  url: string;
  logs: string[];
  close(): Promise<void>;
}

/** Serves a chain of published plugins on a free loopback port, as a Higress gateway runs them. */
export async function servePlugins(plugins: LivePlugin[], options: LiveOptions): Promise<ServedPlugins> {
  const { upstream, clusters = {}, clock, routeName = "default" } = options;
  const route = {
    name: routeName,
    match: { prefix: "/" },
    action: { cluster: "upstream" },
    timeoutMs: 15_000,
  };
  const listener = {
    name: "listener",
    address: { address: "127.0.0.1", port: 0 },
    virtualHosts: [{ name: "all", domains: ["*"], routes: [route] }],
    filters: plugins.map(filter),
  };
  const endpoints = Object.entries({ upstream, ...clusters });
  const config = {
    listeners: [listener],
    clusters: endpoints.map(([name, endpoint]) => ({ name, connectTimeoutMs: 5000, endpoints: [endpoint] })),
  };
  const logs: string[] = [];
  const onLog = ({ message, thread }: LogLine): void => void (thread === "worker" && logs.push(message));
  const live = await serve(config, { profile: "higress", onLog, ...(clock && { clock }) });
  const { address, port } = live.listeners["listener"]!;
  return { url: `http://${address}:${port}`, logs, close: () => live.close() };
}

function filter({ plugin, config }: LivePlugin, index: number) {
  const name = typeof plugin === "string" ? plugin : `plugin-${index}`;
  return {
    name,
    pluginName: name,
    rootId: "",
    vmId: "",
    code: typeof plugin === "string" ? publishedCode(plugin) : { bytes: plugin },
    vmConfiguration: new Uint8Array(),
    configuration: new Uint8Array(Buffer.from(config === undefined ? "" : JSON.stringify(config))),
    failOpen: false,
  };
}

function publishedCode(plugin: string) {
  const path = publishedModule(plugin);
  return { bytes: new Uint8Array(readFileSync(path)), path };
}
