import { UsageError, type Arguments } from "../command.ts";
import { pairsOf, readTarget } from "./targets.ts";

/** What flags say about the gateway that is made around plugins. */
export interface GatewayFlags {
  /** What `--cluster` says: a cluster's or a service's name, and its target. */
  clusters: [name: string, target: string][];
  /** What `--route` says: a route's name, and its path prefix. */
  routes: [name: string, prefix: string][];
  upstream: string | undefined;
  redis: string | undefined;
  address: { address: string; port: number };
  admin: { address: string; port: number };
}

export function gatewayFlags(given: Arguments): GatewayFlags {
  const address = given.value("host") ?? "127.0.0.1";
  const routes = pairsOf(given, "route");
  for (const [name, prefix] of routes) {
    if (!prefix.startsWith("/")) throw new UsageError(`--route ${name}=${prefix}: the prefix begins with /.`);
  }
  const redis = given.value("redis");
  if (redis !== undefined) readTarget(redis, "--redis");
  return {
    clusters: pairsOf(given, "cluster"),
    routes,
    upstream: given.value("upstream"),
    redis,
    address: { address, port: portOf(given, "port", 10000) },
    admin: { address, port: portOf(given, "admin-port", 9901) },
  };
}

function portOf(given: Arguments, flag: string, otherwise: number): number {
  const value = given.value(flag) ?? String(otherwise);
  if (!/^\d+$/.test(value) || Number(value) > 65_535) {
    throw new UsageError(`--${flag} is a port from 0 (any free one) to 65535, not ${JSON.stringify(value)}.`);
  }
  return Number(value);
}
