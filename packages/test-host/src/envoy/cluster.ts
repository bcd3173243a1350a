import type { ClusterConfig, SocketAddress } from "../gateway/config.ts";
import { readAddress } from "./address.ts";
import type { Value } from "./value.ts";

const DEFAULT_CONNECT_TIMEOUT_MS = 5000;
const TYPES = ["STATIC", "STRICT_DNS", "LOGICAL_DNS"] as const;

/** `config.cluster.v3.Cluster` with its endpoints inline. */
export function readCluster(value: Value): ClusterConfig | undefined {
  return value.message("Cluster", (message) => {
    const name = message.required("name")?.string();
    message.optional("type")?.oneOf(TYPES, `use ${TYPES.join(", ")}`);
    const timeout = message.optional("connect_timeout");
    const endpoints: SocketAddress[] = [];
    message.optional("load_assignment")?.message("ClusterLoadAssignment", (assignment) => {
      for (const locality of assignment.optional("endpoints")?.list() ?? [])
        endpoints.push(...readLocality(locality));
    });
    if (name === undefined) return undefined;
    const connectTimeoutMs = timeout === undefined ? DEFAULT_CONNECT_TIMEOUT_MS : (timeout.duration() ?? 0);
    return { name, connectTimeoutMs, endpoints };
  });
}

function readLocality(value: Value): SocketAddress[] {
  const endpoints: SocketAddress[] = [];
  value.message("LocalityLbEndpoints", (locality) => {
    for (const item of locality.required("lb_endpoints")?.list() ?? []) {
      const address = item.message("LbEndpoint", (lbEndpoint) =>
        lbEndpoint
          .required("endpoint")
          ?.message("Endpoint", (endpoint) => readAddress(endpoint.required("address"), 1)),
      );
      if (address !== undefined) endpoints.push(address);
    }
  });
  return endpoints;
}
