export interface WasmFilter {
  /** Envoy's plugin name, in front of a stream's log lines. Default: `plugin`. */
  readonly name?: string;
  /** Path of the module. */
  readonly wasm: string;
  /** The plugin's configuration, verbatim. Absent: none. */
  readonly configuration?: string;
  /** Filters with the same `vmId` and module share a VM. Default: "". */
  readonly vmId?: string;
}

/** A wasm filter of an envoy.yaml. */
export interface WasmFilterText {
  wasm: string;
  /** Of the plugin. Default `plugin`. */
  name?: string;
  /** More fields of the PluginConfig, in Envoy's words. */
  plugin?: object;
  /** More fields of the VmConfig. */
  vm?: object;
}

export interface Listener {
  /** In the order requests pass them. */
  readonly filters: readonly WasmFilter[];
  /** `address:port` of the upstream that every request is routed to. */
  readonly upstream: string;
  /** A file that gets one line for each request, in Envoy's format. Absent: none. */
  readonly accessLog?: { readonly path: string; readonly format: string };
}

export interface BootstrapOptions {
  readonly listeners: readonly Listener[];
  /** More clusters for calls, by literal name: `address:port`, `h2c://address:port` for HTTP/2, or null for one without hosts. */
  readonly clusters?: Readonly<Record<string, string | null>>;
}

const TYPE = "type.googleapis.com/";
const HTTP_1 = { enable_trailers: true };

/** An Envoy bootstrap; all ports are chosen by the system. */
export function bootstrap(options: BootstrapOptions): object {
  return {
    admin: { address: address("127.0.0.1:0") },
    static_resources: {
      listeners: options.listeners.map(listener),
      clusters: [
        ...options.listeners.map(({ upstream }, i) => cluster(`upstream_${i}`, upstream)),
        ...Object.entries(options.clusters ?? {}).map(([name, host]) => cluster(name, host)),
      ],
    },
  };
}

/** The name under which Envoy's admin lists the listener at this position. */
export function listenerName(index: number): string {
  return `listener_${index}`;
}

function listener({ filters, accessLog }: Listener, index: number): object {
  const connectionManager = {
    "@type": `${TYPE}envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`,
    stat_prefix: `ingress_${index}`,
    // After a local response Envoy otherwise waits a second before it closes.
    delayed_close_timeout: "0.05s",
    http_protocol_options: HTTP_1,
    access_log: accessLog && [fileAccessLog(accessLog)],
    route_config: {
      virtual_hosts: [
        {
          name: "all",
          domains: ["*"],
          routes: [
            { name: `route_${index}`, match: { prefix: "/" }, route: { cluster: `upstream_${index}` } },
          ],
        },
      ],
    },
    http_filters: [
      ...filters.map(({ name = "plugin", wasm, configuration, vmId }) =>
        wasmFilter({
          name,
          wasm,
          plugin: {
            root_id: name,
            ...(configuration !== undefined && { configuration: stringValue(configuration) }),
          },
          vm: { vm_id: vmId },
        }),
      ),
      {
        name: "envoy.filters.http.router",
        typed_config: { "@type": `${TYPE}envoy.extensions.filters.http.router.v3.Router` },
      },
    ],
  };
  return {
    name: listenerName(index),
    address: address("127.0.0.1:0"),
    filter_chains: [
      {
        filters: [{ name: "envoy.filters.network.http_connection_manager", typed_config: connectionManager }],
      },
    ],
  };
}

function fileAccessLog({ path, format }: NonNullable<Listener["accessLog"]>): object {
  return {
    name: "envoy.access_loggers.file",
    typed_config: {
      "@type": `${TYPE}envoy.extensions.access_loggers.file.v3.FileAccessLog`,
      path,
      log_format: { text_format_source: { inline_string: format } },
    },
  };
}

export function wasmFilter({ wasm, name = "plugin", plugin, vm }: WasmFilterText): object {
  return {
    name,
    typed_config: {
      "@type": `${TYPE}envoy.extensions.filters.http.wasm.v3.Wasm`,
      config: {
        name,
        vm_config: { runtime: "envoy.wasm.runtime.v8", code: { local: { filename: wasm } }, ...vm },
        ...plugin,
      },
    },
  };
}

/** How a text is written as configuration. */
export function stringValue(value: string): object {
  return { "@type": `${TYPE}google.protobuf.StringValue`, value };
}

/** A cluster of one host (`address:port` over HTTP/1, `h2c://address:port` over HTTP/2), or of none. */
export function cluster(name: string, target: string | null): object {
  const host = target?.replace(/^h2c:\/\//, "");
  const protocol =
    host === (target ?? undefined) ? { http_protocol_options: HTTP_1 } : { http2_protocol_options: {} };
  const endpoints = host === undefined ? [] : [{ lb_endpoints: [{ endpoint: { address: address(host) } }] }];
  return {
    name,
    connect_timeout: "5s",
    type: "STATIC",
    load_assignment: { cluster_name: name, endpoints },
    typed_extension_protocol_options: {
      "envoy.extensions.upstreams.http.v3.HttpProtocolOptions": {
        "@type": `${TYPE}envoy.extensions.upstreams.http.v3.HttpProtocolOptions`,
        explicit_http_config: protocol,
      },
    },
  };
}

/** Envoy's form of `address:port`. */
export function address(host: string): object {
  const colon = host.lastIndexOf(":");
  return { socket_address: { address: host.slice(0, colon), port_value: Number(host.slice(colon + 1)) } };
}
