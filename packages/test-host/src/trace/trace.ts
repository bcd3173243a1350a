/**
 * What happened to one request, phase by phase. Plain data: `JSON.stringify` gives the form that `/traces` serves.
 * Header values and texts are as on the wire (latin1); bodies are kept up to 16 KiB.
 */
export interface RequestTrace {
  /** The request's number, from 1. */
  id: number;
  listener: string;
  /** As the client sent them. */
  method: string;
  path: string;
  authority: string;
  /** Milliseconds since the Unix epoch, on the gateway's clock. */
  startedAtMs: number;
  steps: TraceStep[];
  /** Absent while the request is under way. */
  end?: {
    /** 0 when the client got no response. */
    status: number;
    /** Envoy's RESPONSE_CODE_DETAILS and RESPONSE_FLAGS. */
    details: string;
    flags: string;
    durationMs: number;
  };
}

export type MessageSide = "request" | "response";

/** `atMs`: milliseconds since the request's start, on the gateway's clock. */
export type TraceStep = { atMs: number } & (
  | CallbackStep
  /** A plugin lets go what it held. */
  | { kind: "resumed"; plugin: string; side: MessageSide; heldMs: number }
  | { kind: "upstream-request"; cluster: string; address: string; method: string; path: string }
  | { kind: "upstream-response"; status: number }
  | { kind: "upstream-reset"; reason: string }
  /** The gateway answers itself: for a plugin's local response, or for a reason of its own. */
  | { kind: "gateway-reply"; status: number; details: string; body: string }
  /** The response's head goes to the client. */
  | { kind: "response"; status: number }
  | { kind: "fault"; code: string; message: string }
);

/** The gateway called a plugin. */
export interface CallbackStep {
  kind: "callback";
  plugin: string;
  /** The export, e.g. `proxy_on_request_headers`. */
  callback: string;
  /** Without the context's id: `[headers, end of stream]`, `[bytes, end of stream]`, `[token, ...]`. */
  args: number[];
  /** Absent where the callback returns nothing, and when it trapped. */
  returned?: number;
  /** The returned status in the ABI's words, e.g. `StopAllIterationAndWatermark`. */
  status?: string;
  /** The message is held here until the plugin resumes it. */
  holds?: MessageSide;
  /** Real milliseconds in the plugin, with the host functions that it called; whole in each request that it served. */
  guestMs: number;
  effects: TraceEffect[];
  /** The trap's text with its backtrace: the VM is lost. */
  trapped?: string;
}

/** What a plugin did inside a callback, in order. */
export type TraceEffect =
  | { kind: "headers"; map: string; changes: HeaderChange[] }
  | { kind: "body"; side: MessageSide; before: BodyView; after: BodyView }
  | { kind: "property"; path: string; value: string }
  | HttpCallEffect
  | RedisCallEffect
  | GrpcCallEffect
  | {
      kind: "local-response";
      status: number;
      details: string;
      headers: [string, string][];
      body: string;
      /** -1: the gateway makes one of the status. */
      grpcStatus: number;
    }
  /** `proxy_continue_stream`, `proxy_close_stream`. */
  | { kind: "continue"; side: MessageSide }
  | { kind: "close" }
  /** 0: no ticks any more. */
  | { kind: "tick-period"; ms: number }
  /** Every line that the plugin logged, those below the gateway's level too. */
  | { kind: "log"; level: string; message: string }
  /** A host function answered with another result than Ok; "not found" of a getter is not told. */
  | { kind: "refused"; function: string; result: number; name: string };

/** Values before and after the callback; empty lists for a header that was not there, or is not any more. */
export interface HeaderChange {
  name: string;
  before: string[];
  after: string[];
}

export interface BodyView {
  bytes: number;
  /** The first 16 KiB. */
  text: string;
}

export interface HttpCallEffect {
  kind: "http-call";
  cluster: string;
  method: string;
  path: string;
  authority: string;
  /** All headers, pseudo headers included. */
  headers: [string, string][];
  body: string;
  timeoutMs: number;
  /** 0, or the result that refused the call. */
  result: number;
  /** Absent while the call is under way, and for ever when it was refused. */
  answer?: {
    /** 0: the answer broke off. */
    status: number;
    bytes: number;
    durationMs: number;
  };
}

/** A gRPC call, or a stream of messages. */
export interface GrpcCallEffect {
  kind: "grpc-call";
  /** The cluster's name, or the serialized `GrpcService`. */
  target: string;
  /** `package.Service/Method`. */
  method: string;
  isStream: boolean;
  result: number;
  /** Absent until the first message, or the end. */
  answer?: {
    /** The gRPC status; absent while a stream goes on. */
    status?: number;
    messages: number;
    durationMs: number;
  };
}

export interface RedisCallEffect {
  kind: "redis-call";
  cluster: string;
  /** The command's words. */
  command: string[];
  result: number;
  answer?: {
    /** The raw RESP reply; null when the connection failed. */
    reply: string | null;
    durationMs: number;
  };
}
