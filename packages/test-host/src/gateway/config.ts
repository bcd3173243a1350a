/** What a gateway serves: Envoy's static configuration, reduced to what this host simulates. Readers (Envoy YAML, flags, test options) produce it. */
export interface GatewayConfig {
  listeners: ListenerConfig[];
  clusters: ClusterConfig[];
  admin?: SocketAddress;
}

export interface SocketAddress {
  address: string;
  port: number;
}

export interface ListenerConfig {
  name: string;
  address: SocketAddress;
  virtualHosts: VirtualHostConfig[];
  /** Wasm HTTP filters in chain order; the router is implied after the last one. */
  filters: WasmFilterConfig[];
  /** Bytes a stopped filter may buffer before 413 (request) or 500 (response). Envoy's default is 1 MiB, Higress's 32 KiB. */
  bufferLimitBytes?: number;
  /** `scheme_header_transformation.scheme_to_overwrite`. */
  schemeToOverwrite?: "http" | "https";
}

export interface VirtualHostConfig {
  name: string;
  /** `*`, exact, `*.suffix` or `prefix.*`, with Envoy's precedence. */
  domains: string[];
  routes: RouteConfig[];
}

export interface RouteConfig {
  /** Empty when the configuration gives none. */
  name: string;
  match: { prefix: string } | { path: string } | { regex: string };
  action: { cluster: string } | { status: number; body: string };
  /** Milliseconds until 504; 0 is none. Envoy's default is 15,000. */
  timeoutMs: number;
}

export interface WasmFilterConfig {
  /** Name of the HTTP filter. */
  name: string;
  /** `config.name`: the plugin's name in logs and the property `plugin_name`. */
  pluginName: string;
  rootId: string;
  /** Filters with the same `vmId`, code and VM configuration share one VM. */
  vmId: string;
  code: { bytes: Uint8Array; /** Where it came from, for messages and source maps. */ path?: string };
  vmConfiguration: Uint8Array;
  /** What `proxy_on_configure` reads. */
  configuration: Uint8Array;
  /** true: a trapped VM is skipped; false (default): its streams answer 503. */
  failOpen: boolean;
}

export interface ClusterConfig {
  name: string;
  connectTimeoutMs: number;
  /** Empty: a cluster without a healthy host. */
  endpoints: Endpoint[];
}

/** A socket, or a function in this process (tests, and the built-in echo upstream). */
export type Endpoint =
  SocketAddress | { handler: import("../services/upstream/upstream.ts").UpstreamHandler };
