// How far a stream is, and what has happened to it.

/**
 * In their order; a body follows its headers, so `phase | 1` is the last of a message. The response is 16 behind the request, and so are its bits in
 * `running.waiting`.
 */
export const enum Phase {
  RequestHeaders = 0,
  RequestBody = 1,
  ResponseHeaders = 16,
  ResponseBody = 17,
  Log = 32,
}

/** What has happened to a stream: bits of `running.marks`. */
export const enum Mark {
  /** A local response has been sent: nothing else may touch the stream. */
  Answered = 1,
  /** The gateway holds the message until we resume it. */
  RequestHeld = 2,
  /** Behind that of the request, as in `StreamType`. */
  ResponseHeld = 4,
  RequestBodySeen = 8,
  ResponseBodySeen = 16,
  /** `config` has been chosen, if only that none applies. */
  Configured = 32,
  /** The body goes on as it is: three bits above the mark of the same body's end. */
  SkipRequestBody = 64,
  SkipResponseBody = 128,
  /** The request has become another one; the place of the callback for its answer is in the upper half. */
  Routed = 256,
  /** Its whole body is wanted, not its chunks: six bits above the mark of the same body's end. */
  BufferRequestBody = 512,
  BufferResponseBody = 1024,
  /** The plugin sends the response's body by itself. */
  ResponsePaused = 2048,
}
