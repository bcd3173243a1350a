import type { Profile } from "../profile/profile.ts";
import type { Clock } from "../services/clock.ts";
import type { StreamHost, StreamInfo, StreamSetup } from "./stream-host.ts";

/** What is told of a stream besides its messages: to access logs, properties and records. */
export class StreamFacts {
  readonly host: StreamHost;
  readonly id: number;
  readonly info: StreamInfo;
  readonly directRemote: StreamSetup["directRemote"];
  readonly settings: StreamSetup["settings"];
  readonly upgrade: StreamSetup["upgrade"];
  readonly startedAt: bigint;
  bufferLimitBytes: number;
  /** By full key: what plugins set with `proxy_set_property` stands under `wasm.<path>`. */
  readonly filterState = new Map<string, Uint8Array>();
  requestBytes = 0;
  responseBytes = 0;
  /** Of the last attempt. */
  upstreamAddress: string | undefined;
  /** Requests sent to upstreams for this one. */
  attempts = 0;
  /** Why no connection to the upstream could be made; empty: one could, or none was needed. */
  transportFailure = "";
  localReplyBody: string | undefined;
  /** Envoy's RESPONSE_CODE_DETAILS; empty: none. */
  details = "";
  /** A local response is under way: the request goes no further. */
  answering = false;
  /** Envoy's RESPONSE_FLAGS. */
  flags = "-";

  constructor(host: StreamHost, setup: StreamSetup) {
    this.host = host;
    this.id = setup.id;
    this.info = setup.info;
    this.directRemote = setup.directRemote;
    this.settings = setup.settings;
    this.upgrade = setup.upgrade;
    this.startedAt = host.clock.now();
    this.bufferLimitBytes = setup.bufferLimitBytes;
  }

  /** Undefined when there are none; a local response's are there even when they are empty. */
  get knownDetails(): string | undefined {
    return this.details === "" && !this.answering ? undefined : this.details;
  }

  get profile(): Profile {
    return this.host.profile;
  }

  get clock(): Clock {
    return this.host.clock;
  }
}
