import type {
  ClusterConfig,
  Endpoint,
  GatewayConfig,
  ListenerConfig,
  RouteConfig,
  SocketAddress,
  WasmFilterConfig,
} from "../gateway/config.ts";

type Json = Record<string, unknown>;

/**
 * Tells a real Envoy of a gateway that was made from flags or a manifest: listeners with routes and plugins, clusters,
 * admin. A configuration that was read from an Envoy file is that file; this does not write all of it back.
 *
 * @param locate where an endpoint that is a function of this process can be reached. Default: nowhere
 */
export function writeBootstrap(
  config: GatewayConfig,
  locate: (endpoint: Endpoint) => SocketAddress | undefined = () => undefined,
): Json {
  return {
    ...(config.admin && { admin: { address: socketAddress(config.admin) } }),
    static_resources: {
      listeners: config.listeners.map(listener),
      clusters: config.clusters.map((one) => cluster(one, locate)),
    },
  };
}

function listener({ name, address, virtualHosts, filters, manager }: ListenerConfig): Json {
  const connectionManager = typed("filters.network.http_connection_manager.v3.HttpConnectionManager", {
    stat_prefix: manager?.statPrefix ?? "ingress_http",
    route_config: {
      virtual_hosts: virtualHosts.map(({ name: host, domains, routes }) => ({
        name: host,
        domains,
        routes: routes.map(route),
      })),
    },
    http_filters: [
      ...filters.map(filter),
      { name: "envoy.filters.http.router", typed_config: typed("filters.http.router.v3.Router", {}) },
    ],
  });
  const chain = {
    filters: [{ name: "envoy.filters.network.http_connection_manager", typed_config: connectionManager }],
  };
  return { name, address: socketAddress(address), filter_chains: [chain] };
}

function route({ name, match, action, timeoutMs }: RouteConfig): Json {
  // Only an Envoy file asks for one.
  if ("redirect" in action) throw new Error(`the route ${name} redirects: give its file to Envoy as it is`);
  const where = "regex" in match ? { safe_regex: { regex: match.regex } } : match;
  const target =
    "cluster" in action
      ? { route: { cluster: action.cluster, timeout: seconds(timeoutMs) } }
      : { direct_response: { status: action.status, body: { inline_string: action.body } } };
  return { ...(name && { name }), match: where, ...target };
}

function filter(config: WasmFilterConfig): Json {
  const { code } = config;
  const local =
    code.path === undefined
      ? { inline_bytes: Buffer.from(code.bytes).toString("base64") }
      : { filename: code.path };
  const policy =
    config.failurePolicy === undefined
      ? { fail_open: config.failOpen }
      : { failure_policy: config.failurePolicy };
  return {
    name: config.name,
    typed_config: typed("filters.http.wasm.v3.Wasm", {
      config: {
        name: config.pluginName,
        ...(config.rootId && { root_id: config.rootId }),
        ...policy,
        vm_config: {
          ...(config.vmId && { vm_id: config.vmId }),
          runtime: "envoy.wasm.runtime.v8",
          code: { local },
          ...text("configuration", config.vmConfiguration),
          ...(config.environment && { environment_variables: { key_values: config.environment } }),
        },
        ...text("configuration", config.configuration),
      },
    }),
  };
}

function text(field: string, bytes: Uint8Array): Json {
  if (bytes.length === 0) return {};
  const value = Buffer.from(bytes).toString();
  return { [field]: { "@type": "type.googleapis.com/google.protobuf.StringValue", value } };
}

function cluster(
  { name, connectTimeoutMs, endpoints }: ClusterConfig,
  locate: (endpoint: Endpoint) => SocketAddress | undefined,
): Json {
  const addresses = endpoints.flatMap((endpoint) =>
    "port" in endpoint ? endpoint : (locate(endpoint) ?? []),
  );
  const isNamed = addresses.some(({ address }) => !/^[\d.]+$|:/.test(address));
  return {
    name,
    type: isNamed ? "STRICT_DNS" : "STATIC",
    connect_timeout: seconds(connectTimeoutMs),
    load_assignment: {
      cluster_name: name,
      endpoints: [
        { lb_endpoints: addresses.map((address) => ({ endpoint: { address: socketAddress(address) } })) },
      ],
    },
  };
}

function socketAddress({ address, port }: SocketAddress): Json {
  return { socket_address: { address, port_value: port } };
}

function typed(type: string, value: Json): Json {
  return { "@type": `type.googleapis.com/envoy.extensions.${type}`, ...value };
}

function seconds(ms: number): string {
  return `${ms / 1000}s`;
}
