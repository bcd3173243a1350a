// Numbers of the ABI. Source: proxy-wasm spec, abi-versions/v0.2.1 (`proxy_status_t` and following).

/** What a host function answers. */
export enum Status {
  Ok = 0,
  NotFound = 1,
  BadArgument = 2,
  SerializationFailure = 3,
  ParseFailure = 4,
  BadExpression = 5,
  InvalidMemoryAccess = 6,
  Empty = 7,
  CasMismatch = 8,
  ResultMismatch = 9,
  InternalFailure = 10,
  BrokenConnection = 11,
  Unimplemented = 12,
}

/** What a header callback answers. */
export enum HeadersStatus {
  /** Headers go on to the next filter. */
  Continue = 0,
  /** Headers are held, the body still comes (Higress, or Envoy's `allow_on_headers_stop_iteration`); elsewhere the same as 4. */
  StopIteration = 1,
  /** Of the Go guide's table; both gateways treat it as Continue. */
  ContinueAndEndStream = 2,
  /** Everything is held and buffered; over the buffer limit 413 (request) or 500 (response). */
  StopAllIterationAndBuffer = 3,
  /** Everything is held, reading from the peer stops at the buffer limit. */
  StopAllIterationAndWatermark = 4,
}

/** What a body callback answers. */
export enum DataStatus {
  Continue = 0,
  StopIterationAndBuffer = 1,
  StopIterationAndWatermark = 2,
  StopIterationNoBuffer = 3,
}

export enum MapType {
  RequestHeaders = 0,
  RequestTrailers = 1,
  ResponseHeaders = 2,
  ResponseTrailers = 3,
  GrpcInitialMetadata = 4,
  GrpcTrailingMetadata = 5,
  CallResponseHeaders = 6,
  CallResponseTrailers = 7,
}

export enum BufferType {
  RequestBody = 0,
  ResponseBody = 1,
  CallResponseBody = 4,
  GrpcReceiveBuffer = 5,
  VmConfiguration = 6,
  PluginConfiguration = 7,
  /** Higress only. */
  RedisCallResponse = 9,
}

export enum StreamType {
  Request = 0,
  Response = 1,
}

/** The gateway's log levels. A line of `log` below its present level costs nothing. */
export enum LogLevel {
  Trace = 0,
  Debug = 1,
  Info = 2,
  Warn = 3,
  Error = 4,
  Critical = 5,
}
