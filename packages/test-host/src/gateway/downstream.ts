/**
 * The door between the engine and whatever speaks to clients: a `node:http` listener, or a test's `fetch`.
 * Both directions stream, so a skin holds no gateway rule: it forwards what it reads and writes what it is told.
 */
import type { Header } from "../services/upstream/upstream.ts";

/** What a skin knows about a request besides its headers. Every field has a default, so tests may pass `{}`. */
export interface DownstreamInfo {
  /** The client's socket. Default `127.0.0.1:50000`. */
  remote?: { address: string; port: number };
  /** The listener's socket as the client reached it. Default the listener's configured address. */
  local?: { address: string; port: number };
  /** Default `HTTP/1.1`; property `request.protocol`. */
  protocol?: "HTTP/1.0" | "HTTP/1.1" | "HTTP/2";
  /** Default `http`; becomes `x-forwarded-proto` unless the client sent one. */
  scheme?: "http" | "https";
  /** Properties that the request has besides, or instead of, its own; names are joined by dots. Default none. */
  properties?: ReadonlyMap<string, Uint8Array>;
  /** The codec could not read the request: it is answered at once, and headers are absent. */
  refusal?: Refusal;
}

/** Why a request is answered before any filter has seen it. */
export interface Refusal {
  status: number;
  /** Envoy's RESPONSE_CODE_DETAILS. */
  details: string;
  /** Text of the response. Default: none. */
  body?: string;
  /** Envoy's RESPONSE_FLAGS. Default: none. */
  flags?: string;
  /** A route had been chosen before. */
  routed?: true;
}

/**
 * What the gateway sends to the client. Never called from inside `handle`, `write`, `writeTrailers` or `disconnect`
 * of the same stream; after `endStream`, `onTrailers` or `onReset` nothing follows.
 */
export interface DownstreamEvents {
  /**
   * Once per stream at most. `:status` is first, names are lower case, values are byte strings (latin1).
   * They go on the wire as they are: a content-length that does not match the body is the plugin's doing, and
   * without a content-length the skin chooses the framing (chunked in HTTP/1.1).
   *
   * @param early the request had not come to its end yet: HTTP/1 closes the connection behind the response
   */
  onHeaders(headers: Header[], endStream: boolean, early: boolean): void;
  /** May be empty when `endStream` is true. The chunk belongs to the receiver. */
  onData(chunk: Uint8Array, endStream: boolean): void;
  onTrailers(trailers: Header[]): void;
  /** `wantsMore` is true again. */
  onWantsMore?(): void;
  /** The gateway gives the stream up: close the connection, after the bytes already sent if headers have gone out. */
  onReset(details: string): void;
}

/** A request on its way in. Calls after the end of either direction are ignored. */
export interface DownstreamStream {
  /** A piece of the request body, any size; the gateway keeps the array, do not write into it afterwards. */
  write(chunk: Uint8Array, endStream: boolean): void;
  /** Ends the request with trailers. */
  writeTrailers(trailers: Header[]): void;
  /** false: hold what the client sends back until `onWantsMore`. What is written nevertheless is kept. */
  readonly wantsMore: boolean;
  /** Whether the client reads slower than the response comes: then the upstream is read no further. */
  pauseResponse(paused: boolean): void;
  /** What follows of the request cannot be read: answers, or breaks the response off when that has begun. */
  refuse(refusal: Refusal): void;
  /** The client has gone away: filters see on_log, on_done, on_delete; no event follows. */
  disconnect(): void;
}

/** The part of a running gateway that skins need. Implemented by `Gateway`. */
export interface DownstreamDoor {
  /**
   * Starts a request.
   *
   * @param listener name of a configured listener; throws `GatewayError` (code `unknown-listener`) otherwise
   * @param headers as read from the wire: `:method`, `:path`, `:authority` (from `Host`) first, then the rest in wire
   *   order. Names in any case; hop-by-hop headers may still be there, the gateway removes them and adds its own.
   * @param endStream true when there is no body
   */
  handle(
    listener: string,
    headers: Header[],
    endStream: boolean,
    events: DownstreamEvents,
    info?: DownstreamInfo,
  ): DownstreamStream;
}
