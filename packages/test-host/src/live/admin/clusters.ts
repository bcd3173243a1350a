import type { ClusterConfig } from "../../gateway/config.ts";
import type { Administered } from "./administered.ts";

/** Envoy's lines for what there is here: hosts, and the requests that the cluster answered. */
export function clustersText({ config, counts }: Administered): string {
  return config.clusters
    .map((cluster) => {
      const { name } = cluster;
      const answered = counts.clusters.get(name);
      const errors = answered?.classes.get(5) ?? 0;
      const hosts = hostsOf(cluster).flatMap((host) => [
        `${name}::${host}::health_flags::healthy`,
        `${name}::${host}::weight::1`,
        `${name}::${host}::priority::0`,
      ]);
      const total = answered?.total ?? 0;
      const lines = [
        `${name}::observability_name::${name}`,
        `${name}::added_via_api::false`,
        `${name}::rq_total::${total}`,
        `${name}::rq_success::${total - errors}`,
        `${name}::rq_error::${errors}`,
        ...hosts,
      ];
      return `${lines.join("\n")}\n`;
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
