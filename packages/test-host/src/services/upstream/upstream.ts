import type { Clock } from "../clock.ts";

/**
 * One header. Names are lower case; values are byte strings (latin1), as on the wire.
 * Requests carry the pseudo headers `:method :path :authority :scheme` first, responses `:status`.
 */
export type Header = [name: string, value: string];

export type ResetReason =
  | "connect-failure"
  | "connect-timeout"
  /** The connection has gone. */
  | "remote-reset"
  /** HTTP/2: this stream alone was reset. */
  | "stream-reset"
  | "protocol-error"
  | "local-reset";

/** What comes back from an upstream. Always called asynchronously, never from inside `open` or `write`. */
export interface UpstreamEvents {
  onHeaders(headers: Header[], endStream: boolean): void;
  onData(chunk: Uint8Array, endStream: boolean): void;
  onTrailers(trailers: Header[]): void;
  /** Whether the upstream reads slower than the request comes; what is written nevertheless is kept. */
  onBlocked?(blocked: boolean): void;
  /** The stream is over without an end. No event follows. */
  onReset(reason: ResetReason, detail: string): void;
}

/** A request under way. After `reset` no event is delivered. */
export interface UpstreamStream {
  /** Stops reading the response, or goes on. Absent where it does not come from a socket. */
  pause?(paused: boolean): void;
  write(chunk: Uint8Array, endStream: boolean): void;
  writeTrailers(trailers: Header[]): void;
  reset(): void;
}

/** One endpoint of a cluster, spoken to in HTTP. The router and HTTP callouts both use it; neither retries nor times out here. */
export interface Upstream {
  open(headers: Header[], endStream: boolean, events: UpstreamEvents): UpstreamStream;
  close(): Promise<void>;
}

/** A whole request, as an in-process upstream sees it. */
export interface UpstreamRequest {
  method: string;
  path: string;
  authority: string;
  headers: Header[];
  body: Uint8Array;
  trailers: Header[];
}

export interface UpstreamResponse {
  /** Default 200. */
  status?: number;
  headers?: Header[] | Record<string, string>;
  body?: string | Uint8Array | (string | Uint8Array)[];
  trailers?: Header[] | Record<string, string>;
}

/**
 * An upstream in this process. May return a promise that never settles (a hang), or throw `UpstreamReset`.
 * `clock` is the gateway's, for an upstream that takes its time.
 */
export type UpstreamHandler = (
  request: UpstreamRequest,
  clock: Clock,
) => UpstreamResponse | Promise<UpstreamResponse>;

/** Makes the upstream that stands for a service in this process; `clock` is the gateway's. */
export type UpstreamSource = (clock: Clock) => Upstream;
