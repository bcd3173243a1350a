import type { Header } from "../services/upstream/upstream.ts";
import type { HeaderMap } from "../stream/header-map.ts";
import type { Body } from "../stream/body.ts";

/** Who a context belongs to, as log lines and properties name it. */
export interface PluginIdentity {
  name: string;
  rootId: string;
  vmId: string;
}

/** A root or stream context, as host functions see it. */
export interface Context {
  readonly id: number;
  readonly plugin: PluginIdentity;
  /** Itself for a root context. Callouts, ticks and queues belong to it. */
  readonly root: RootCalls;
  /** The number of the request. Absent on a root context. */
  readonly streamId?: number;
  /** Absent on a root context. */
  readonly stream?: StreamCalls;
  /** Undefined: no such property. Null: it exists but has no serialized form. */
  property(path: readonly string[]): Uint8Array | undefined | null;
}

/** A result code and, when it is 0 (or 10), the token that the call used. */
export interface CallResult {
  status: number;
  token: number;
}

export interface HttpCallRequest {
  cluster: string;
  headers: Header[];
  body: Uint8Array;
  trailers: Header[];
  /** Milliseconds, 0 is none. */
  timeoutMs: number;
}

export interface GrpcCallRequest {
  /** A cluster's name, or a serialized `envoy.config.core.v3.GrpcService`. */
  target: Uint8Array;
  service: string;
  method: string;
  initialMetadata: Header[];
}

/** The calls a root context can make to services. */
export interface CalloutCalls {
  /** Code of the last callout that failed, 0 before; its text only while the callback runs that tells of it. */
  readonly last: { code: number; message: string };
  http(request: HttpCallRequest): CallResult;
  redisInit(service: string, username: string, password: string, timeoutMs: number): number;
  redisCall(service: string, query: Uint8Array): CallResult;
  /** One message there, one back. `timeoutMs` 0 is none. */
  grpcCall(request: GrpcCallRequest, message: Uint8Array, timeoutMs: number): CallResult;
  grpcStream(request: GrpcCallRequest): CallResult;
  grpcSend(token: number, message: Uint8Array, endStream: boolean): number;
  /** Ends the own direction of a stream; cancels a call. */
  grpcClose(token: number): number;
  grpcCancel(token: number): number;
  resolveDns(name: string): CallResult;
}

/** What a root context can be asked to do. */
export interface RootCalls {
  readonly callouts: CalloutCalls;
  /** Milliseconds; 0 stops the timer. */
  setTickPeriod(ms: number): void;
  registerQueue(name: string): number;
  /** Answers whether a pending on_done was completed. */
  done(): boolean;
}

export interface HeaderAccess {
  map: HeaderMap;
  writable: boolean;
}

export interface LocalResponse {
  status: number;
  details: string;
  body: Uint8Array;
  headers: Header[];
  /** -1: derive it from the status. */
  grpcStatus: number;
}

/** What a stream context can be asked to do. Numbers are the ABI's. */
export interface StreamCalls {
  /** Undefined while the phase does not give the map to this filter. */
  headers(mapType: number): HeaderAccess | undefined;
  /** Makes a trailer map where the phase allows one to be added. */
  createTrailers(mapType: number): HeaderMap | undefined;
  /** After every successful write to a map. */
  headersEdited(mapType: number): void;
  body(bufferType: number): Body | undefined;
  continueStream(streamType: number): number;
  closeStream(): number;
  sendLocalResponse(response: LocalResponse): void;
  setProperty(path: string, value: Uint8Array): number;
  clearRouteCache(): void;
  /** State that filters of the gateway read, under its full key. */
  setFilterState(key: string, value: Uint8Array): void;
  /** Data to the client, past this filter, when the call into the VM that runs now has returned. */
  injectResponseData(data: Uint8Array, endStream: boolean): void;
  /** Addresses of the route's cluster. */
  upstreamHosts(): string[];
  overrideUpstreamHost(address: string): void;
}
