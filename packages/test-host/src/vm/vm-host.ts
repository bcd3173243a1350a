import type { FaultCode } from "../gateway/error-codes.ts";
import type { LogLine } from "../gateway/observe.ts";
import type { Clock } from "../services/clock.ts";
import type { ResolveName } from "../services/dns.ts";
import type { Metrics } from "../gateway/metrics.ts";
import type { Queues } from "../gateway/queues.ts";
import type { SharedData } from "../gateway/shared-data.ts";
import type { Profile } from "../profile/profile.ts";
import type { TraceRecorder } from "../trace/recorder.ts";
import type { Context } from "./context.ts";
import type { Vm } from "./vm.ts";

/** What a VM needs from the gateway around it. */
export interface VmHost {
  readonly profile: Profile;
  readonly clock: Clock;
  readonly sharedData: SharedData;
  readonly queues: Queues;
  readonly metrics: Metrics;
  /** Absent: nothing is written down. */
  readonly trace: TraceRecorder | undefined;
  /** Milliseconds that one call into a guest may take; 0 is no limit. */
  readonly watchdogMs: number;
  /** The gateway's log level, as the ABI's number. */
  guestLogLevel(): number;
  log(level: number, message: string, vm: Vm, context: Context | undefined, source: LogLine["source"]): void;
  fault(code: FaultCode, message: string, plugin: string): void;
  /** Addresses of a host, at once where they are known. */
  readonly resolveName: ResolveName;
  /** A foreign function that the gateway's owner has added. */
  foreignFunction(name: string): OwnForeignFunction | undefined;
}

/** Takes the argument, answers a result code and what the guest gets. */
export type OwnForeignFunction = (argument: Uint8Array) => { status: number; result?: Uint8Array };
