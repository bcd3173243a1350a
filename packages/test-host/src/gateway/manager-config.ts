import type { AccessLogConfig } from "./config.ts";

/** Settings of the HTTP connection manager; an absent one has Envoy's default. Times are in milliseconds, 0 is none. */
export interface ConnectionManagerConfig {
  /** Names the listener's statistics, `http.<prefix>.*`. Default `ingress_http`. */
  statPrefix?: string;
  /** Default 60. */
  maxRequestHeadersKb?: number;
  /** Default 100. */
  maxHeadersCount?: number;
  /** HTTP/2 is not spoken to clients. Default false: what a client begins with decides. */
  http1Only?: boolean;
  /** Whether trailers pass. Default true; Envoy's own default is false. */
  enableTrailers?: boolean;
  /** Default 1000. */
  delayedCloseTimeoutMs?: number;
  /** Default 300,000. */
  streamIdleTimeoutMs?: number;
  /** Until a request is complete. Default none. */
  requestTimeoutMs?: number;
  /** Default none. */
  maxStreamDurationMs?: number;
  accessLogs?: AccessLogConfig[];
  /** How long a connection without a request is kept. Default 3,600,000. */
  idleTimeoutMs?: number;
  /** How long one that has had requests is kept beyond that. Default 5000. */
  drainTimeoutMs?: number;
  /** From the first byte of a request to the end of its head. Default none. */
  requestHeadersTimeoutMs?: number;
  /** Default none. */
  maxRequestsPerConnection?: number;
  /** Whether HTTP/1.0 is answered, with this host where a request names none. Default: it is refused. */
  http10?: { defaultHost: string };
  /** Default `envoy`. */
  serverName?: string;
  /** Default `overwrite`. */
  serverHeader?: "overwrite" | "append-if-absent" | "pass-through";
  /** A proxy's name for the `via` headers. Default: none are written. */
  via?: string;
  /** The connection's other end is the client, and x-forwarded-* of requests is not trusted. Default false. */
  useRemoteAddress?: boolean;
  /** Proxies in front of this one whose x-forwarded-for is trusted. Default 0. */
  xffTrustedHops?: number;
  /** Default false. */
  skipXffAppend?: boolean;
  /** Default true. */
  generateRequestId?: boolean;
  /** Default false. Without `useRemoteAddress` a client's id is always kept. */
  preserveExternalRequestId?: boolean;
  /** Default false. */
  requestIdInResponse?: boolean;
  /** Takes `.`, `..`, backslashes and needless escapes out of paths. Default false. */
  normalizePath?: boolean;
  /** Default false. */
  mergeSlashes?: boolean;
  /** Protocols that clients may change to, e.g. `websocket`. Default none. */
  upgrades?: string[];
}
