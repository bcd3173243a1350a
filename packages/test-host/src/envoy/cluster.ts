import type { CircuitBreakerConfig } from "../gateway/circuit-breaker.ts";
import type { ClusterConfig, SocketAddress } from "../gateway/config.ts";
import { readAddress } from "./address.ts";
import type { Message } from "./message.ts";
import { readTyped } from "./typed.ts";
import type { Value } from "./value.ts";

const DEFAULT_CONNECT_TIMEOUT_MS = 5000;
const TYPES = ["STATIC", "STRICT_DNS", "LOGICAL_DNS"] as const;
const PROTOCOL_OPTIONS = "envoy.extensions.upstreams.http.v3.HttpProtocolOptions";

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
    const circuitBreaker = message.optional("circuit_breakers")?.message("CircuitBreakers", readBreakers);
    const protocol = readProtocolOptions(message);
    if (name === undefined) return undefined;
    const connectTimeoutMs = timeout === undefined ? DEFAULT_CONNECT_TIMEOUT_MS : (timeout.duration() ?? 0);
    return { name, connectTimeoutMs, endpoints, ...protocol, ...(circuitBreaker && { circuitBreaker }) };
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

const LARGEST = 2 ** 32 - 1;

/** The thresholds for requests of default priority, which all requests here have. */
function readBreakers(message: Message): CircuitBreakerConfig {
  const config: CircuitBreakerConfig = {};
  for (const item of message.optional("thresholds")?.list() ?? []) {
    item.message("Thresholds", (thresholds) => {
      const isDefault = (thresholds.optional("priority")?.string() ?? "DEFAULT") === "DEFAULT";
      const connections = thresholds.optional("max_connections")?.integer(0, LARGEST);
      const pending = thresholds.optional("max_pending_requests")?.integer(0, LARGEST);
      const requests = thresholds.optional("max_requests")?.integer(0, LARGEST);
      if (!isDefault) return;
      if (connections !== undefined) config.maxConnections = connections;
      if (pending !== undefined) config.maxPendingRequests = pending;
      if (requests !== undefined) config.maxRequests = requests;
    });
  }
  return config;
}

/** HTTP/1.1 unless HTTP/2 is asked for; there trailers pass only where its options say so. */
function readProtocolOptions(message: Message): Pick<ClusterConfig, "enableTrailers" | "http2"> {
  const protocol: Pick<ClusterConfig, "enableTrailers" | "http2"> = { enableTrailers: false };
  message.optional("typed_extension_protocol_options")?.message("ExtensionProtocolOptions", (extensions) => {
    const options = extensions.optional(PROTOCOL_OPTIONS);
    if (options === undefined) return;
    readTyped(options, PROTOCOL_OPTIONS, "HttpProtocolOptions", (it) => {
      it.required("explicit_http_config")?.message("ExplicitHttpConfig", (explicit) => {
        const [name, chosen] = explicit.oneOf(["http_protocol_options", "http2_protocol_options"]) ?? [];
        if (name === "http2_protocol_options") {
          protocol.http2 = true;
          protocol.enableTrailers = true;
          chosen?.message("Http2ProtocolOptions", () => undefined);
        } else {
          chosen?.message("Http1ProtocolOptions", (http1) => {
            protocol.enableTrailers = http1.optional("enable_trailers")?.boolean() === true;
          });
        }
      });
    });
  });
  return protocol;
}
