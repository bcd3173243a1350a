/** What a running gateway reports: log lines, access records, faults, numbers. Shapes only. */

import type { FaultCode } from "./error-codes.ts";

/** The logger levels of a gateway, quietest last; their order is the ABI's (trace is 0). */
export const LOG_LEVELS = ["trace", "debug", "info", "warn", "error", "critical"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** One line of the gateway's log, at or above its level. */
export interface LogLine {
  level: LogLevel;
  /** What the guest passed to `proxy_log`, or the gateway's own text; without prefix, may hold newlines. */
  message: string;
  /** The line as Envoy writes it, prefix included: `wasm log <plugin> <root id> <vm id>: <message>`. */
  line: string;
  /** `guest` for `proxy_log` and writes to stdout or stderr, `host` for the gateway itself. */
  source: "guest" | "host";
  /** Name of the plugin, empty where the gateway does not know it (during `_initialize`). */
  plugin: string;
  /** Which VM spoke: `base` (module start only), `canary` (trial start), `main` (ticks and queues only), or `worker`. */
  thread: "base" | "canary" | "main" | "worker";
}

/**
 * Something a plugin did that would crash, hang or corrupt a real gateway. The host goes on in a safe way;
 * the test kit fails the test.
 */
export interface Fault {
  code: FaultCode;
  /** What the plugin did, and what a real gateway would have made of it. */
  message: string;
  plugin: string;
}

/** One finished request. */
export interface AccessRecord {
  /** The number `Gateway.handle` gave the request, from 1. */
  streamId: number;
  listener: string;
  method: string;
  path: string;
  authority: string;
  /** 0 when the client left, or the stream was closed, before a response. */
  status: number;
  /** Envoy's RESPONSE_CODE_DETAILS, e.g. `via_upstream`, `route_not_found`. */
  details: string;
  /** Envoy's RESPONSE_FLAGS (`UH`, `UF`, `NR`, ...), `-` for none. */
  flags: string;
  /** Empty when there was none. */
  routeName: string;
  cluster: string;
  requestBytes: number;
  responseBytes: number;
  durationMs: number;
}

/** Numbers of a running gateway. */
export interface GatewayStats {
  /** Envoy's stat names without prefix for metrics that plugins defined: `wasmcustom.<name>`. Histograms give their count. */
  metrics: Record<string, number>;
  requests: number;
  activeStreams: number;
  plugins: PluginStats[];
}

export interface PluginStats {
  /** Name of the HTTP filter. */
  filter: string;
  plugin: string;
  vmId: string;
  /** The VM of a worker has failed, and has not been replaced. */
  failed: boolean;
  /** How often a failed VM was replaced (FAIL_RELOAD, and Higress): Envoy's `vm_reload_success`, `_failure`, `_backoff`. */
  reloads: { succeeded: number; failed: number; delayed: number };
  /** Linear memory of the plugin's VMs that serve requests, in pages of 64 KiB. VMs may be common to several plugins. */
  memoryPages: number;
  /** Root and stream contexts of this plugin that exist now. */
  liveContexts: number;
}
