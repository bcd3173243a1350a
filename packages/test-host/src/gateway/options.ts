import type { Clock } from "../services/clock.ts";
import type { TraceOptions } from "../trace/recorder.ts";
import type { AccessRecord, Fault, LogLevel, LogLine } from "./observe.ts";

export type ProfileName = "envoy" | "higress";

/** How a configuration is run. */
export interface GatewayOptions {
  profile: ProfileName;
  clock: Clock;
  /** Lines below are dropped. Default `info`. Can be changed on the running gateway (`gateway.logLevel = "debug"`). */
  logLevel?: LogLevel;
  /**
   * Start each plugin in a throw-away VM first, as gateways do to validate a configuration (default true).
   * false halves the start-up time and hides plugins whose configuration step cannot run twice.
   */
  canary?: boolean;
  /** Write down what happens to each request, phase by phase. Default: nothing is written down. */
  trace?: TraceOptions;
  onLog?(line: LogLine): void;
  onAccess?(record: AccessRecord): void;
  onFault?(fault: Fault): void;
}

/** The answer to a configuration update. */
export interface ConfigureResult {
  /** false: the plugin refused (or trapped), and the previous configuration keeps serving. */
  accepted: boolean;
  /** What plugin and gateway logged during the update. */
  logs: LogLine[];
}
