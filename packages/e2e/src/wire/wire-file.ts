import type { WireListener } from "./wire-case.ts";

const TYPE = "type.googleapis.com/";

/** The format that tells a difference apart: every line of every listener has it unless the listener has its own. */
const LOG_FORMAT =
  "%REQ(:METHOD)% %REQ(X-ENVOY-ORIGINAL-PATH?:PATH)% %PROTOCOL% %RESPONSE_CODE% %RESPONSE_FLAGS% %RESPONSE_CODE_DETAILS% " +
  "route=%ROUTE_NAME% cluster=%UPSTREAM_CLUSTER% in=%BYTES_RECEIVED% out=%BYTES_SENT%\n";

/** An Envoy bootstrap with one listener for each, as JSON, which is YAML. `upstream` is `address:port`. */
export function wireFile(listeners: readonly WireListener[], upstream: string, logFile: string): string {
  return JSON.stringify({
    admin: { address: socketAddress("127.0.0.1:0") },
    static_resources: {
      listeners: listeners.map((one) => listener(one, logFile)),
      clusters: [
        cluster("upstream", upstream),
        cluster("trailing", upstream, TRAILERS),
        ...listeners.flatMap((one) => one.clusters ?? []),
      ],
    },
  });
}

function listener(one: WireListener, logFile: string): object {
  const routes = one.routes ?? [{ name: "all", match: { prefix: "/" }, route: { cluster: "upstream" } }];
  const manager = {
    "@type": `${TYPE}envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: one.name,
    delayed_close_timeout: "0.05s",
    access_log: [
      {
        name: "envoy.access_loggers.file",
        typed_config: {
          "@type": `${TYPE}envoy.extensions.access_loggers.file.v3.FileAccessLog`,
          path: logFile,
          ...(one.log ?? { log_format: { text_format_source: { inline_string: LOG_FORMAT } } }),
        },
      },
    ],
    route_config: { virtual_hosts: one.virtualHosts ?? [{ name: "all", domains: ["*"], routes }] },
    http_filters: [
      ...(one.filters ?? []),
      {
        name: "envoy.filters.http.router",
        typed_config: { "@type": `${TYPE}envoy.extensions.filters.http.router.v3.Router` },
      },
    ],
    ...one.manager,
  };
  return {
    name: one.name,
    address: socketAddress("127.0.0.1:0"),
    filter_chains: [
      { filters: [{ name: "envoy.filters.network.http_connection_manager", typed_config: manager }] },
    ],
    ...one.listener,
  };
}

/** A cluster of type STATIC with these hosts, `address:port` each, and more fields. */
export function cluster(name: string, hosts: string | readonly string[], more: object = {}): object {
  const all = typeof hosts === "string" ? [hosts] : hosts;
  return {
    name,
    connect_timeout: "5s",
    type: "STATIC",
    load_assignment: {
      cluster_name: name,
      endpoints: [{ lb_endpoints: all.map((host) => ({ endpoint: { address: socketAddress(host) } })) }],
    },
    ...more,
  };
}

export function socketAddress(host: string): object {
  const colon = host.lastIndexOf(":");
  return { socket_address: { address: host.slice(0, colon), port_value: Number(host.slice(colon + 1)) } };
}

/** Options of a cluster whose responses keep their trailers. */
const TRAILERS = {
  typed_extension_protocol_options: {
    "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
      "@type": `${TYPE}envoy.extensions.upstreams.http.v3.HttpProtocolOptions`,
      explicit_http_config: { http_protocol_options: { enable_trailers: true } },
    },
  },
};
