// What the root README says of a plugin: read from the built artifact, and measured on one request.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { startGateway, startRedis, VirtualClock, type ClusterTarget } from "@gateway-plugins/test-host";
import { loadModule, PROFILES } from "@gateway-plugins/test-host/live";

export interface MeasuredPlugin {
  bytes: number;
  gzipBytes: number;
  imports: number;
  loadsOn: string;
  entries: number;
  hostCalls: number;
  /** Results for which the host asked the plugin for memory. */
  hostWrites: number;
}

interface Service {
  serviceName?: string;
  servicePort?: number;
  tokenHeader?: string;
}

/**
 * @param folder of the plugin, built
 * @param config what it is configured with; undefined for a plugin that takes none
 */
export async function measurePlugin(
  folder: string,
  name: string,
  config: Service | undefined,
): Promise<MeasuredPlugin> {
  const file = join(folder, "dist", `${name}.wasm`);
  const bytes = new Uint8Array(readFileSync(file));
  const { imports } = loadModule(bytes, file, PROFILES.higress).interface;
  const usesRedis = imports.some((entry) => entry.name.startsWith("proxy_redis_"));
  const costs = await costsOfRequest(file, config, usesRedis);
  return {
    bytes: bytes.length,
    gzipBytes: gzipSync(bytes, { level: 9 }).length,
    imports: imports.length,
    loadsOn: loadsOnEnvoy(bytes, file) ? "Envoy, Istio, Higress" : "Higress",
    ...costs,
  };
}

function loadsOnEnvoy(bytes: Uint8Array, file: string): boolean {
  try {
    loadModule(bytes, file, PROFILES.envoy);
    return true;
  } catch {
    return false;
  }
}

/** Calls into the plugin and out of it, from a request's first byte to its last; the allocator is not counted. */
async function costsOfRequest(plugin: string, config: Service | undefined, usesRedis: boolean) {
  const clock = new VirtualClock();
  const redis = usesRedis ? await startRedis({ clock }) : undefined;
  const answer = () => ({ headers: config?.tokenHeader ? { [config.tokenHeader]: "token" } : {} });
  const clusters: Record<string, ClusterTarget> = {};
  if (config?.serviceName) {
    const port = config.servicePort || (config.serviceName.endsWith(".static") ? 80 : 6379);
    clusters[`outbound|${port}||${config.serviceName}`] = redis ?? answer;
  }
  try {
    const gateway = await startGateway({ plugin, config, clusters, clock });
    // The first request of a plugin may make connections and read the log level.
    await gateway.fetch("/");
    gateway.ledger.reset();
    await gateway.fetch("/");
    const { entries, hostCalls, allocations } = gateway.ledger;
    const costs = { entries: sum(entries), hostCalls: sum(hostCalls), hostWrites: allocations };
    await gateway.close();
    if (gateway.logs.length > 0) throw new Error(`${plugin} logged: ${gateway.logs[0]!.message}`);
    return costs;
  } finally {
    await redis?.close();
  }
}

function sum(counts: Record<string, number>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}
