// The host's callbacks, turned into the author's handlers.
import { BufferType, DataStatus, HeadersStatus, MapType } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { Bytes } from "../bytes/bytes";
import { readBuffer, writeBuffer } from "../host/buffers";
import { removeHeader } from "../host/headers";
import { Action } from "../stream/action";
import { holds } from "../stream/calls";
import {
  Phase,
  Stream,
  enterCallback,
  enterStream,
  forgetStream,
  leaveCallback,
  leaveStream,
} from "../stream/stream";
import { BodyMode, handlers } from "./handlers";
import { configure, deleteRoot } from "./roots";

/** Whether the plugin's handlers run for this stream at all. */
function applies(stream: Stream): bool {
  return !stream.answered && (!handlers.parse || configure(stream));
}
export function onRequestHeaders(id: u32, endOfStream: bool): HeadersStatus {
  const stream = enterStream(id, true);
  stream.phase = Phase.RequestHeaders;
  return headers(
    stream,
    endOfStream,
    handlers.requestHeaders,
    handlers.requestBodyMode,
    MapType.RequestHeaders,
  );
}
export function onResponseHeaders(id: u32, endOfStream: bool): HeadersStatus {
  const stream = enterStream(id, false);
  stream.phase = Phase.ResponseHeaders;
  return headers(
    stream,
    endOfStream,
    handlers.responseHeaders,
    handlers.responseBodyMode,
    MapType.ResponseHeaders,
  );
}
// Inlined, so that each direction sees what is registered for it as constants.
// @ts-ignore: decorator
@inline
function headers(
  stream: Stream,
  endOfStream: bool,
  handler: u32,
  bodyMode: BodyMode,
  map: MapType,
): HeadersStatus {
  stream.endOfStream = endOfStream;
  let status = HeadersStatus.Continue;
  if (applies(stream)) {
    if (handler) {
      const action = changetype<Action>(call_indirect<usize>(handler, stream.id));
      status = headersStatus(stream, action, bodyMode);
    }
    // The body's length is not known when its headers leave.
    if (bodyMode >= BodyMode.Rewrite && !endOfStream && !stream.answered)
      removeHeader(map, utf8("content-length"));
  }
  leaveStream();
  return status;
}
/** What a header callback answers after its handler has returned. */
function headersStatus(stream: Stream, action: Action, bodyMode: BodyMode): HeadersStatus {
  const chosen = <HeadersStatus>stream.holdStatus;
  stream.holdStatus = 0;
  if (holds(stream, action)) return chosen ? chosen : HeadersStatus.StopAllIterationAndWatermark;
  // Held for the body, by the author's wish: only where something will let go of them.
  const forBody =
    chosen == HeadersStatus.StopIteration &&
    !stream.endOfStream &&
    bodyMode != BodyMode.None &&
    bodyMode != BodyMode.Chunks;
  return forBody ? HeadersStatus.StopIteration : HeadersStatus.Continue;
}

export function onRequestBody(id: u32, endOfStream: bool): DataStatus {
  const stream = enterStream(id, false);
  stream.phase = Phase.RequestBody;
  let status = DataStatus.Continue;
  if (handlers.requestBody && !stream.requestBodySeen && applies(stream)) {
    stream.requestBodySeen = endOfStream;
    status = body(
      stream,
      handlers.requestBody,
      handlers.requestBodyMode,
      BufferType.RequestBody,
      endOfStream,
    );
  }
  // Headers held by StopIteration leave with the first Continue of a body callback: not before their call is back.
  if (stream.requestWaiting > 0) status = DataStatus.StopIterationAndBuffer;
  leaveStream();
  return status;
}
export function onResponseBody(id: u32, endOfStream: bool): DataStatus {
  const stream = enterStream(id, false);
  stream.phase = Phase.ResponseBody;
  let status = DataStatus.Continue;
  if (handlers.responseBody && !stream.responseBodySeen && applies(stream)) {
    stream.responseBodySeen = endOfStream;
    status = body(
      stream,
      handlers.responseBody,
      handlers.responseBodyMode,
      BufferType.ResponseBody,
      endOfStream,
    );
  }
  leaveStream();
  return status;
}
function body(
  stream: Stream,
  handler: u32,
  mode: BodyMode,
  buffer: BufferType,
  endOfStream: bool,
): DataStatus {
  if (mode == BodyMode.Chunks) {
    const held = readBuffer(buffer);
    const chunk = held == null ? Bytes.EMPTY : Bytes.wrap(held);
    __pin(changetype<usize>(chunk)); // the handler is called by its number, which roots nothing
    const changed = changetype<Bytes>(
      call_indirect<usize>(handler, stream.id, changetype<usize>(chunk), <u32>endOfStream),
    );
    if (changed != chunk) writeBuffer(buffer, 0, i32.MAX_VALUE, changed.pointer, changed.length);
    __unpin(changetype<usize>(chunk));
    return DataStatus.Continue;
  }
  if (!endOfStream) return DataStatus.StopIterationAndBuffer;
  return holds(stream, changetype<Action>(call_indirect<usize>(handler, stream.id, <usize>buffer + 1)))
    ? DataStatus.StopIterationAndBuffer
    : DataStatus.Continue;
}

/** Trailers end a message whose body callbacks never said so: the whole body is complete now. */
export function onRequestTrailers(id: u32): DataStatus {
  return handlers.requestBodyMode == BodyMode.Chunks ? DataStatus.Continue : onRequestBody(id, true);
}
export function onResponseTrailers(id: u32): DataStatus {
  return handlers.responseBodyMode == BodyMode.Chunks ? DataStatus.Continue : onResponseBody(id, true);
}

export function onLog(id: u32): void {
  const stream = enterStream(id, false);
  stream.phase = Phase.Log;
  if (!handlers.parse || configure(stream)) call_indirect<void>(handlers.log, id);
  leaveStream();
}
export function onDelete(id: u32): void {
  enterCallback();
  forgetStream(id);
  deleteRoot(id);
  leaveCallback();
}
