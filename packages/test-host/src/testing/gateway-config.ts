import { readFileSync } from "node:fs";
import { basename } from "node:path";
import type { ClusterConfig, Endpoint, GatewayConfig, WasmFilterConfig } from "../gateway/config.ts";
import { GatewayError } from "../gateway/gateway-error.ts";
import type { ProfileName } from "../gateway/options.ts";
import { PROFILES } from "../profile/profile.ts";
import { echo } from "../services/upstream/echo.ts";
import type { Header, UpstreamHandler } from "../services/upstream/upstream.ts";
import { readModuleInterface } from "../vm/module-interface.ts";
import { cutBySeed } from "./chunks.ts";
import type { ClusterTarget, PluginOptions, StartOptions } from "./options.ts";

const CONNECT_TIMEOUT_MS = 1000;
const ROUTE_TIMEOUT_MS = 15_000;
export const LISTENER = "test";

/** Strings and bytes verbatim, undefined as nothing, the rest as JSON. */
export function configurationBytes(value: unknown): Uint8Array {
  if (value instanceof Uint8Array) return value;
  if (value === undefined) return new Uint8Array();
  return new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
}

/** The configuration that a test's options stand for. */
export function gatewayConfig(options: StartOptions): GatewayConfig {
  const chain = options.plugins ?? (options.plugin === undefined ? [] : [options as PluginOptions]);
  const clusters = Object.entries(options.clusters ?? {}).map(([name, target]) =>
    cluster(name, target, options.chunks),
  );
  clusters.push(
    cluster("upstream", options.upstream === undefined ? echo : options.upstream, options.chunks),
  );
  const route = {
    name: options.routeName ?? "default",
    match: { prefix: "/" },
    action: { cluster: "upstream" },
    timeoutMs: options.routeTimeoutMs ?? ROUTE_TIMEOUT_MS,
  };
  return {
    listeners: [
      {
        name: LISTENER,
        address: { address: "127.0.0.1", port: 80 },
        virtualHosts: options.virtualHosts ?? [
          { name: "test", domains: ["*"], routes: options.routes ?? [route] },
        ],
        filters: uniquelyNamed(chain.map(filter)),
        ...(options.bufferLimitBytes !== undefined && { bufferLimitBytes: options.bufferLimitBytes }),
      },
    ],
    clusters,
  };
}

function filter(options: PluginOptions): WasmFilterConfig {
  const path = typeof options.plugin === "string" ? options.plugin : undefined;
  const name = options.name ?? (path === undefined ? "plugin" : basename(path, ".wasm"));
  return {
    name,
    pluginName: name,
    rootId: options.rootId ?? "",
    vmId: options.vmId ?? "",
    code:
      typeof options.plugin === "string"
        ? { bytes: readModule(options.plugin), path }
        : { bytes: options.plugin },
    vmConfiguration: configurationBytes(options.vmConfig),
    configuration: configurationBytes(options.config),
    failOpen: options.failOpen ?? false,
    ...(options.failurePolicy !== undefined && { failurePolicy: options.failurePolicy }),
    ...(options.reloadBackoffMs !== undefined && { reloadBackoffMs: options.reloadBackoffMs }),
    ...(options.allowOnHeadersStopIteration && { allowOnHeadersStopIteration: true }),
    ...(options.allowedCapabilities && { allowedCapabilities: options.allowedCapabilities }),
    ...(options.environment && { environment: options.environment }),
  };
}

function readModule(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    const hint = "Build the plugin first; the path is relative to the working directory.";
    throw new GatewayError("invalid-configuration", `Cannot read ${path}: ${(error as Error).message}`, {
      hint,
    });
  }
}

function uniquelyNamed(filters: WasmFilterConfig[]): WasmFilterConfig[] {
  return filters.map((each, index) => {
    const earlier = filters.slice(0, index).filter((other) => other.name === each.name).length;
    return earlier === 0 ? each : { ...each, name: `${each.name}-${earlier + 1}` };
  });
}

function cluster(name: string, target: ClusterTarget, seed: number | undefined): ClusterConfig {
  return {
    name,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    endpoints: target === null ? [] : [endpoint(name, target, seed)],
    http2: typeof target === "string" && target.startsWith("h2c:"),
  };
}

function endpoint(name: string, target: NonNullable<ClusterTarget>, seed: number | undefined): Endpoint {
  if (typeof target === "function") return { handler: answersInChunks(target, seed) };
  if (typeof target === "object") {
    if ("port" in target) return { address: target.address, port: target.port };
    return "handler" in target ? { handler: answersInChunks(target.handler, seed) } : target;
  }
  const url = URL.canParse(target) ? new URL(target) : undefined;
  const ports: Record<string, number> = { "http:": 80, "h2c:": 80, "redis:": 6379 };
  if (url === undefined || !(url.protocol in ports)) {
    throw new GatewayError("invalid-configuration", `clusters.${name}: "${target}" is not an address.`, {
      hint: "Give http://host:port, h2c://host:port, redis://host:port, a function, upstream(...), grpcService(...), or null.",
    });
  }
  const address = url.hostname.replace(/^\[(.*)\]$/, "$1");
  return { address, port: Number(url.port) || (ports[url.protocol] ?? 80) };
}

/** The same answers, with bodies in chunks as the seed cuts them; a body that is given whole keeps its content-length. */
function answersInChunks(handler: UpstreamHandler, seed: number | undefined): UpstreamHandler {
  if (seed === undefined) return handler;
  return async (request, clock) => {
    const { body, headers = {}, ...answer } = await handler(request, clock);
    if (body === undefined) return { ...answer, headers };
    const parts = (Array.isArray(body) ? body : [body]).map((part) => Buffer.from(part));
    const bytes = Buffer.concat(parts);
    const given = Array.isArray(headers) ? headers : Object.entries(headers);
    const isFramed = given.some(([name]) => /^(content-length|transfer-encoding)$/i.test(name));
    const length: Header[] =
      isFramed || Array.isArray(body) ? [] : [["content-length", String(bytes.length)]];
    return { ...answer, headers: [...given, ...length], body: cutBySeed(bytes, seed) };
  };
}

/** Plugins that import what only Higress has run on Higress only. */
export function fittingProfile(config: GatewayConfig): ProfileName {
  const isForHigress = config.listeners
    .flatMap((listener) => listener.filters)
    .some(({ code }) => WebAssembly.validate(new Uint8Array(code.bytes)) && importsHigress(code.bytes));
  return isForHigress ? "higress" : "envoy";
}

function importsHigress(bytes: Uint8Array): boolean {
  return readModuleInterface(bytes).imports.some(({ module, name }) => {
    const key = `${module}.${name}`;
    return PROFILES.higress.hostFunctions.has(key) && !PROFILES.envoy.hostFunctions.has(key);
  });
}
