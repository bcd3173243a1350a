import type { Clock } from "../services/clock.ts";
import type { ResolveName } from "../services/dns.ts";
import type { OwnForeignFunction } from "../vm/vm-host.ts";
import type { Endpoint } from "./config.ts";
import type { TraceOptions } from "../trace/recorder.ts";
import type { GatewayError } from "./gateway-error.ts";
import type { AccessLogSink } from "./config.ts";
import type { AccessRecord, Fault, LogLevel, LogLine } from "./observe.ts";

export type ProfileName = "envoy" | "higress";

/** How a configuration is run. */
export interface GatewayOptions {
  profile: ProfileName;
  clock: Clock;
  /** Lines below are dropped. Default `info`. Can be changed on the running gateway (`gateway.logLevel = "debug"`). */
  logLevel?: LogLevel;
  /**
   * Start each plugin in a throw-away VM first, to validate its configuration, and then in one of the main thread, where
   * ticks and queues run too, as gateways do (default true). false leaves the workers' VMs alone: it saves start-up time
   * and hides plugins whose configuration step cannot run twice.
   */
  canary?: boolean;
  /** An endpoint for a cluster that is not configured. Default: it stays unknown. */
  endpointFor?(cluster: string): Endpoint | undefined;
  /** Write down what happens to each request, phase by phase. Default: nothing is written down. */
  trace?: TraceOptions;
  /** Worker threads, each with VMs of its own; requests take them in turn. Default 1. */
  workers?: number;
  /**
   * Milliseconds that a plugin may take for one callback before it is ended and its VM has failed. Default 10,000;
   * 0 waits for ever, as gateways do. Guarding costs about 0.1 ms a callback.
   */
  watchdogMs?: number;
  /** Foreign functions of the gateway's own, by name; they come before those that the profile has. */
  foreignFunctions?: Readonly<Record<string, OwnForeignFunction>>;
  /** What `envoy_resolve_dns` asks. Default: this machine's hosts file and resolver. */
  resolveName?: ResolveName;
  onLog?(line: LogLine): void;
  onAccess?(record: AccessRecord): void;
  onFault?(fault: Fault): void;
  /** A line, its end included, of an access log that the configuration asks for. */
  onAccessLog?(sink: AccessLogSink, line: string): void;
}

/** The answer to a configuration update. */
export interface ConfigureResult {
  /** false: the plugin refused (or trapped), and the previous configuration keeps serving. */
  accepted: boolean;
  /** Why not. Absent when it was accepted. */
  error?: GatewayError;
  /** What plugin and gateway logged during the update. */
  logs: LogLine[];
}
