import type { RedisConnection } from "../services/redis/client.ts";
import type { UpstreamHandler, UpstreamSource } from "../services/upstream/upstream.ts";

/** What a gateway serves: Envoy's static configuration, reduced to what this host simulates. Readers (Envoy YAML, flags, test options) produce it. */
import type { CircuitBreakerConfig } from "./circuit-breaker.ts";
import type { ConnectionManagerConfig } from "./manager-config.ts";
import type { RouteConfig, RouteEdits } from "./route-config.ts";

export type * from "./manager-config.ts";
export type * from "./route-config.ts";

export interface GatewayConfig {
  listeners: ListenerConfig[];
  clusters: ClusterConfig[];
  admin?: SocketAddress;
  /** The Envoy bootstrap that it was read from, as plain data. */
  source?: unknown;
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
  /** Absent: Envoy's defaults. */
  manager?: ConnectionManagerConfig;
}

export type AccessLogSink = "stdout" | "stderr" | { path: string };

/** JSON whose strings may hold `%OPERATORS%`; a string alone is a text format. */
export type LogShape = string | number | boolean | null | LogShape[] | { [key: string]: LogShape };

export interface AccessLogConfig {
  sink: AccessLogSink;
  format: LogShape;
  /** JSON without what is missing, and text with nothing in place of `-`. Default false. */
  omitEmptyValues?: boolean;
}

export interface VirtualHostConfig extends Partial<RouteEdits> {
  name: string;
  /** `*`, exact, `*.suffix` or `prefix.*`, with Envoy's precedence. */
  domains: string[];
  routes: RouteConfig[];
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
  /**
   * Envoy's deprecated `fail_open`. true: a stream in which the VM fails goes on without the plugin, with the edits made
   * so far, and later streams skip it. Not together with `failurePolicy`.
   */
  failOpen: boolean;
  /** What streams get that begin after the VM has failed; the one it fails in is answered 503. Default `FAIL_CLOSED`. */
  failurePolicy?: FailurePolicy;
  /** For FAIL_RELOAD: milliseconds from one new VM to the next. Default 1000. Envoy makes it up to half longer, at random. */
  reloadBackoffMs?: number;
  /** Status 1 at headers holds the headers alone, so that body callbacks go on. Default false. */
  allowOnHeadersStopIteration?: boolean;
  /**
   * Host functions (`proxy_log`, `fd_write`) and callbacks (`proxy_on_log`) that the plugin may have. Default, or
   * empty: all. The others answer 10 (76 for WASI), or are not called. Source: `CapabilityRestrictionConfig`.
   */
  allowedCapabilities?: string[];
  /** What WASI's environment holds. Default empty. */
  environment?: Record<string, string>;
}

/** `FAIL_CLOSED`: 503. `FAIL_OPEN`: they go without the plugin. `FAIL_RELOAD`: a new VM; 503 until the back-off is over. */
export type FailurePolicy = "FAIL_CLOSED" | "FAIL_OPEN" | "FAIL_RELOAD";

export interface ClusterConfig {
  name: string;
  connectTimeoutMs: number;
  circuitBreaker?: CircuitBreakerConfig;
  /** Whether trailers pass; HTTP/2 always has them. Default true; Envoy's own default is false. */
  enableTrailers?: boolean;
  /** Empty: a cluster without a healthy host. */
  endpoints: Endpoint[];
  /** HTTP/2 without TLS, from the first byte ("prior knowledge"), as gRPC needs it. Default false: HTTP/1.1. */
  http2?: boolean;
}

/** A service in this process that speaks streams; `redis` is how plugins' Redis calls reach it. */
export interface InProcessEndpoint {
  connect: UpstreamSource;
  redis?: () => RedisConnection;
}

/** A socket, a function in this process (tests, and the built-in echo upstream), or a service that speaks streams. */
export type Endpoint = SocketAddress | { handler: UpstreamHandler } | InProcessEndpoint;
