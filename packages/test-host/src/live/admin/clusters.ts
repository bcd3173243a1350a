import type { ClusterConfig } from "../../gateway/config.ts";
import type { Administered } from "./administered.ts";

/** There are no health checks, zones and priorities here: every host is as good as another. */
const HEALTHY = ["health_flags::healthy", "weight::1", "canary::false", "priority::0"];

/**
 * Envoy's lines, without those of connections. Requests are counted by cluster: a host has its counts where it is the
 * only one.
 */
export function clustersText({ config, counts }: Administered): string {
  return config.clusters
    .map((cluster) => {
      const { name } = cluster;
      const hosts = hostsOf(cluster);
      const answered = counts.clusters.get(name);
      const total = answered?.total ?? 0;
      const errors = answered?.classes.get(5) ?? 0;
      const requests = [`rq_error::${errors}`, `rq_success::${total - errors}`, `rq_total::${total}`];
      const ofHost = [...(hosts.length === 1 ? requests : []), ...HEALTHY];
      const lines = [
        `observability_name::${name}`,
        "added_via_api::false",
        ...hosts.flatMap((host) => ofHost.map((line) => `${host}::${line}`)),
      ];
      return lines.map((line) => `${name}::${line}\n`).join("");
    })
    .join("");
}

export function clustersJson({ config }: Administered): unknown {
  return {
    cluster_statuses: config.clusters.map((cluster) => ({
      name: cluster.name,
      observability_name: cluster.name,
      host_statuses: hostsOf(cluster).map((host) => {
        const at = host.lastIndexOf(":");
        const address = { address: host.slice(0, at), port_value: Number(host.slice(at + 1)) };
        return {
          address: { socket_address: address },
          health_status: { eds_health_status: "HEALTHY" },
          weight: 1,
        };
      }),
    })),
  };
}

/** `address:port`; a function of this process is `in-process:0`. */
function hostsOf({ endpoints }: ClusterConfig): string[] {
  return endpoints.map((endpoint) =>
    "port" in endpoint ? `${endpoint.address}:${endpoint.port}` : "in-process:0",
  );
}
