import { basename, resolve } from "node:path";
import type { ClusterConfig, GatewayConfig } from "@gateway-plugins/test-host/live";
import { importsRedis, readModule } from "../plugin/inspect.ts";
import { clusterName, servicesIn } from "./services.ts";
import type { Targets } from "./targets.ts";

const CONNECT_TIMEOUT_MS = 1000;

export interface PluginsRequest {
  files: string[];
  /** By position, one for each file; absent is empty. */
  configurations: string[];
  /** What `--cluster` says: a cluster's or a service's name, and its target. */
  clusters: [name: string, target: string][];
  upstream: string;
  redis: string;
  address: { address: string; port: number };
  admin: { address: string; port: number };
}

/** A chain of plugins in the order given, in front of one upstream. `unresolved` names services nobody gave a target. */
export async function configFromPlugins(
  request: PluginsRequest,
  targets: Targets,
): Promise<{ config: GatewayConfig; unresolved: string[] }> {
  const cluster = async (name: string, target: string, flag: string): Promise<ClusterConfig> => ({
    name,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
    endpoints: [await targets.resolve(target, flag)],
  });
  const clusters = new Map([["upstream", await cluster("upstream", request.upstream, "--upstream")]]);
  for (const [name, target] of request.clusters) clusters.set(name, await cluster(name, target, "--cluster"));
  const aliases = new Map(request.clusters);
  const unresolved: string[] = [];
  const names = new Map<string, number>();
  const filters = [];
  for (const [index, file] of request.files.entries()) {
    const bytes = readModule(file);
    const configuration = request.configurations[index] ?? "";
    const usesRedis = importsRedis(bytes);
    for (const service of servicesIn(configuration)) {
      const name = clusterName(service, usesRedis ? 6379 : 0);
      const target = aliases.get(service.name) ?? (usesRedis ? request.redis : undefined);
      if (clusters.has(name)) continue;
      if (target === undefined) unresolved.push(service.name);
      else
        clusters.set(name, await cluster(name, target, aliases.has(service.name) ? "--cluster" : "--redis"));
    }
    const name = basename(file, ".wasm");
    const seen = (names.get(name) ?? 0) + 1;
    names.set(name, seen);
    filters.push({
      name: seen === 1 ? name : `${name}-${seen}`,
      pluginName: name,
      rootId: "",
      vmId: "",
      code: { bytes: new Uint8Array(bytes), path: resolve(file) },
      vmConfiguration: new Uint8Array(),
      configuration: new Uint8Array(Buffer.from(configuration)),
      failOpen: false,
    });
  }
  const route = {
    name: "default",
    match: { prefix: "/" },
    action: { cluster: "upstream" },
    timeoutMs: 15_000,
  };
  const virtualHosts = [{ name: "all", domains: ["*"], routes: [route] }];
  return {
    config: {
      listeners: [{ name: "listener_0", address: request.address, virtualHosts, filters }],
      clusters: [...clusters.values()],
      admin: request.admin,
    },
    unresolved,
  };
}
