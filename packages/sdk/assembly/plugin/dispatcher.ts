// The host's callbacks, turned into the author's handlers.
import { BufferType, DataStatus, HeadersStatus, MapType } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { Bytes } from "../bytes/bytes";
import { readBuffer, writeBuffer } from "../host/buffers";
import { removeHeader } from "../host/headers";
import { Action } from "../stream/action";
import { holds } from "../stream/calls";
import { respond } from "../stream/respond";
import { Mark, Phase, beginStream, enterStream, isMarked, leaveStream, running } from "../stream/stream";
import { BodyMode, Overflow, handlers } from "./handlers";
import { configure } from "./roots";

/** Whether the plugin's handlers run for the running stream at all. */
// @ts-ignore: decorator
@inline function applies(): bool {
  return !isMarked(Mark.Answered) && (!handlers.parse || configure() != 0);
}
export function onRequestHeaders(id: u32, endOfStream: bool): HeadersStatus {
  beginStream(id);
  running.phase = Phase.RequestHeaders;
  return headers(endOfStream, handlers.requestHeaders, handlers.requestBodyMode, MapType.RequestHeaders);
}
export function onResponseHeaders(id: u32, endOfStream: bool): HeadersStatus {
  enterStream(id);
  running.phase = Phase.ResponseHeaders;
  return headers(endOfStream, handlers.responseHeaders, handlers.responseBodyMode, MapType.ResponseHeaders);
}
// Inlined, so that each direction sees what is registered for it as constants.
// @ts-ignore: decorator
@inline
function headers(endOfStream: bool, handler: u32, bodyMode: BodyMode, map: MapType): HeadersStatus {
  running.endOfStream = endOfStream;
  let status = HeadersStatus.Continue;
  if (applies()) {
    if (handler)
      status = headersStatus(changetype<Action>(call_indirect<usize>(handler, running.id)), bodyMode);
    // The body's length is not known when its headers leave.
    const skipped = map == MapType.RequestHeaders ? Mark.SkipRequestBody : Mark.SkipResponseBody;
    if (bodyMode >= BodyMode.Rewrite && !endOfStream && !isMarked(Mark.Answered | skipped))
      removeHeader(map, utf8("content-length"));
  }
  leaveStream();
  return status;
}
/** What a header callback answers after its handler has returned. */
// @ts-ignore: decorator
@inline
function headersStatus(action: Action, bodyMode: BodyMode): HeadersStatus {
  const chosen = <HeadersStatus>running.holdStatus;
  running.holdStatus = 0;
  if (holds(action)) return chosen ? chosen : HeadersStatus.StopAllIterationAndWatermark;
  // Held for the body, by the author's wish: only where something will let go of them.
  const forBody =
    chosen == HeadersStatus.StopIteration &&
    !running.endOfStream &&
    bodyMode != BodyMode.None &&
    bodyMode != BodyMode.Chunks;
  return forBody ? HeadersStatus.StopIteration : HeadersStatus.Continue;
}

export function onRequestBody(id: u32, size: u32, endOfStream: bool): DataStatus {
  enterStream(id);
  running.phase = Phase.RequestBody;
  let status = body(
    Mark.RequestBodySeen,
    handlers.requestBody,
    handlers.requestBodyMode,
    handlers.bufferedRequestBody,
    BufferType.RequestBody,
    handlers.requestBodyLimit,
    size,
    endOfStream,
  );
  // Headers held by StopIteration leave with the first Continue of a body callback: not before their call is back.
  if (running.waiting & 0xffff) status = DataStatus.StopIterationAndBuffer;
  leaveStream();
  return status;
}
export function onResponseBody(id: u32, size: u32, endOfStream: bool): DataStatus {
  enterStream(id);
  running.phase = Phase.ResponseBody;
  const status = body(
    Mark.ResponseBodySeen,
    handlers.responseBody,
    handlers.responseBodyMode,
    handlers.bufferedResponseBody,
    BufferType.ResponseBody,
    handlers.responseBodyLimit,
    size,
    endOfStream,
  );
  leaveStream();
  return status;
}
// @ts-ignore: decorator
@inline
function body(
  seen: Mark,
  handler: u32,
  mode: BodyMode,
  buffered: u32,
  buffer: BufferType,
  limit: u32,
  size: u32,
  endOfStream: bool,
): DataStatus {
  if (!handler || isMarked(seen)) return DataStatus.Continue;
  if (endOfStream) running.marks |= seen;
  const skip = <Mark>((<u32>seen) << 3);
  if (isMarked(skip) || !applies()) return DataStatus.Continue;
  if (mode == BodyMode.Chunks && !isBuffered(seen, buffered)) {
    const held = readBuffer(buffer);
    const chunk = Bytes.wrap(held);
    __pin(changetype<usize>(chunk)); // the handler is called by its number, which roots nothing
    const changed = changetype<Bytes>(
      call_indirect<usize>(handler, running.id, changetype<usize>(chunk), <u32>endOfStream),
    );
    if (changed != chunk) writeBuffer(buffer, 0, i32.MAX_VALUE, changed.pointer, changed.length);
    __unpin(changetype<usize>(chunk));
    return running.pauses && buffer == BufferType.ResponseBody && isMarked(Mark.ResponsePaused)
      ? DataStatus.StopIterationNoBuffer
      : DataStatus.Continue;
  }
  if (mode == BodyMode.Chunks) handler = buffered;
  if (limit && size > limit) {
    running.marks |= skip;
    if (buffer == BufferType.RequestBody && handlers.requestOverflow == Overflow.Reject)
      respond(running.id, 413, utf8("Payload Too Large"), null);
    return DataStatus.Continue;
  }
  if (!endOfStream) return DataStatus.StopIterationAndBuffer;
  return holds(changetype<Action>(call_indirect<usize>(handler, running.id, <usize>buffer + 1)))
    ? DataStatus.StopIterationAndBuffer
    : DataStatus.Continue;
}

/** Whether the message has chosen its handler for the whole body. */
// @ts-ignore: decorator
@inline function isBuffered(seen: Mark, buffered: u32): bool {
  return buffered != 0 && isMarked(<Mark>((<u32>seen) << 6));
}

/** Trailers end a message whose body callbacks never said so: the whole body is complete now. Their own handler runs first. */
export function onRequestTrailers(id: u32): DataStatus {
  enterStream(id);
  running.phase = Phase.RequestBody;
  let status = trailers(
    Mark.RequestBodySeen,
    handlers.requestTrailers,
    handlers.requestBody,
    handlers.requestBodyMode,
    handlers.bufferedRequestBody,
    BufferType.RequestBody,
  );
  if (running.waiting & 0xffff) status = DataStatus.StopIterationAndBuffer;
  leaveStream();
  return status;
}
export function onResponseTrailers(id: u32): DataStatus {
  enterStream(id);
  running.phase = Phase.ResponseBody;
  const status = trailers(
    Mark.ResponseBodySeen,
    handlers.responseTrailers,
    handlers.responseBody,
    handlers.responseBodyMode,
    handlers.bufferedResponseBody,
    BufferType.ResponseBody,
  );
  leaveStream();
  return status;
}
// @ts-ignore: decorator
@inline
function trailers(
  seen: Mark,
  handler: u32,
  bodyHandler: u32,
  mode: BodyMode,
  buffered: u32,
  buffer: BufferType,
): DataStatus {
  let status = DataStatus.Continue;
  if (handler && applies() && holds(changetype<Action>(call_indirect<usize>(handler, running.id))))
    status = DataStatus.StopIterationAndBuffer;
  if (
    bodyHandler &&
    (mode != BodyMode.Chunks || isBuffered(seen, buffered)) &&
    body(seen, bodyHandler, mode, buffered, buffer, 0, 0, true) != DataStatus.Continue
  )
    status = DataStatus.StopIterationAndBuffer;
  running.marks |= seen;
  return status;
}

export function onLog(id: u32): void {
  enterStream(id);
  running.phase = Phase.Log;
  if (!handlers.parse || configure() != 0) call_indirect<void>(handlers.log, id);
  leaveStream();
}
