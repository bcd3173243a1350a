import { Status, StreamType } from "../abi/enums";
import {
  proxy_continue_stream,
  proxy_send_local_response,
  proxy_set_effective_context,
} from "../abi/imports";
import { Encoded, lengthOf, pointerOf, release } from "../abi/text";

/** False: the stream is gone. */
export function enterContext(id: u32): bool {
  return proxy_set_effective_context(id) == Status.Ok;
}
export function continueStream(stream: StreamType): void {
  proxy_continue_stream(stream);
}
/** Answers with the headers of a map, 0 for none. `grpcStatus` -1: derived from the status. */
export function sendLocalResponse(
  status: i32,
  details: Encoded,
  body: usize,
  bodyLength: usize,
  headers: Encoded,
  grpcStatus: i32,
): void {
  proxy_send_local_response(
    status,
    pointerOf(details),
    lengthOf(details),
    body,
    bodyLength,
    pointerOf(headers),
    lengthOf(headers),
    grpcStatus,
  );
  release();
}
