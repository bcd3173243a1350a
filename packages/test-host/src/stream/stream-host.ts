import type { DownstreamInfo } from "../gateway/downstream.ts";
import type { FaultCode } from "../gateway/error-codes.ts";
import type { ConnectionManagerConfig } from "../gateway/manager-config.ts";
import type { AccessRecord } from "../gateway/observe.ts";
import type { Profile } from "../profile/profile.ts";
import type { Clock } from "../services/clock.ts";
import type { Upstream } from "../services/upstream/upstream.ts";
import type { TraceRecorder } from "../trace/recorder.ts";
import type { FilterPlugin } from "./filter-factory.ts";
import type { HttpStream } from "./http-stream.ts";
import type { RouteTable } from "./route.ts";
import type { StreamLimits } from "./timeouts.ts";

/** A cluster as the router sees it. */
export interface StreamCluster {
  readonly overflows: boolean;
  readonly enableTrailers: boolean;
  readonly hosts: readonly { address: string }[];
  /** The host at `preferred`, or else the next; undefined when there is none. */
  pick(preferred?: string): { upstream: Upstream; address: string } | undefined;
}

/** What a stream needs from the gateway. */
export interface StreamHost {
  readonly profile: Profile;
  readonly clock: Clock;
  readonly trace: TraceRecorder | undefined;
  fault(code: FaultCode, message: string, plugin: string): void;
  cluster(name: string): StreamCluster | undefined;
  ended(stream: HttpStream, record: AccessRecord): void;
}

export type StreamInfo = Required<Omit<DownstreamInfo, "refusal">>;

export interface StreamSetup {
  id: number;
  listener: string;
  plugins: readonly FilterPlugin[];
  routes: RouteTable;
  bufferLimitBytes: number;
  info: StreamInfo;
  limits: StreamLimits;
  settings: ConnectionManagerConfig;
  /** The protocol that the client may change to on this stream. */
  upgrade: string | undefined;
  /** The connection's other end; `info.remote` is the client that x-forwarded-for may name. */
  directRemote: { address: string; port: number };
}
