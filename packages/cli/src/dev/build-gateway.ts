import type { ClusterConfig, RouteConfig, WasmFilterConfig } from "@gateway-plugins/test-host/live";
import { importsRedis } from "../plugin/inspect.ts";
import type { GatewayFlags } from "./gateway-flags.ts";
import type { Reading } from "./input.ts";
import { clusterName, servicesIn } from "./services.ts";
import type { Targets } from "./targets.ts";

const CONNECT_TIMEOUT_MS = 1000;

export type ServedPlugin = Pick<WasmFilterConfig, "rootId" | "code" | "failOpen" | "environment"> & {
  name: string;
  configuration: string;
};

/** Routes besides the one that takes all: their names, and the cluster when it is not the upstream. */
export interface ServedRoute {
  name: string;
  prefix: string;
  cluster?: string;
}

/** A gateway around a chain of plugins: one listener, one upstream, and the services that the plugins' configurations name. */
export async function buildGateway(
  plugins: ServedPlugin[],
  flags: GatewayFlags,
  targets: Targets,
  routes: ServedRoute[] = flags.routes.map(([name, prefix]) => ({ name, prefix })),
): Promise<Reading> {
  const clusters = new Map<string, ClusterConfig>();
  const add = async (name: string, target: string, flag: string, given?: string): Promise<void> => {
    const endpoints = [await targets.resolve(target, flag, given)];
    clusters.set(name, { name, connectTimeoutMs: CONNECT_TIMEOUT_MS, endpoints });
  };
  const upstream = flags.upstream ?? "echo";
  await add("upstream", upstream, "--upstream");
  for (const { cluster } of routes) if (cluster !== undefined) await add(cluster, upstream, "--upstream");
  for (const [name, target] of flags.clusters) await add(name, target, "--cluster", name);
  const aliases = new Map(flags.clusters);
  const notes: string[] = [];
  for (const { code, configuration } of plugins) {
    const usesRedis = importsRedis(code.bytes);
    for (const service of servicesIn(configuration)) {
      const name = clusterName(service, usesRedis ? 6379 : 0);
      if (clusters.has(name)) continue;
      const target = aliases.get(service.name);
      if (target !== undefined) await add(name, target, "--cluster", service.name);
      else if (usesRedis) await add(name, flags.redis ?? "memory", "--redis");
      else
        notes.push(
          `The service ${service.name} has no target; give it one: --cluster ${service.name}=<url|echo>`,
        );
    }
  }
  const virtualHosts = [
    { name: "all", domains: ["*"], routes: [...routes.map(routeTo), routeTo(DEFAULT_ROUTE)] },
  ];
  return {
    config: {
      listeners: [{ name: "listener_0", address: flags.address, virtualHosts, filters: filtersOf(plugins) }],
      clusters: [...clusters.values()],
      admin: flags.admin,
    },
    notes,
    ...(routes.length > 0 && { tries: routes.map((route) => ({ path: route.prefix })) }),
  };
}

const DEFAULT_ROUTE: ServedRoute = { name: "default", prefix: "/" };

function routeTo({ name, prefix, cluster = "upstream" }: ServedRoute): RouteConfig {
  return { name, match: { prefix }, action: { cluster }, timeoutMs: 15_000 };
}

/** HTTP filters need names of their own; plugins keep theirs. */
function filtersOf(plugins: ServedPlugin[]): WasmFilterConfig[] {
  const seen = new Map<string, number>();
  return plugins.map(({ name, configuration, ...plugin }) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return {
      ...plugin,
      name: count === 1 ? name : `${name}-${count}`,
      pluginName: name,
      vmId: "",
      vmConfiguration: new Uint8Array(),
      configuration: new Uint8Array(Buffer.from(configuration)),
    };
  });
}
