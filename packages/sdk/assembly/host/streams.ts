import { Status, StreamType } from "../abi/enums";
import {
  proxy_continue_stream,
  proxy_send_local_response,
  proxy_set_effective_context,
} from "../abi/imports";
import { pairsLength, pairsPointer } from "../abi/pairs";
import { Encoded, lengthOf, pointerOf, release } from "../abi/text";

/** False: the stream is gone. */
export function enterContext(id: u32): bool {
  return proxy_set_effective_context(id) == Status.Ok;
}
export function continueStream(stream: StreamType): void {
  proxy_continue_stream(stream);
}
/** Answers with the pairs begun by `startPairs` (or none). `grpcStatus` -1: derived from the status. */
export function sendLocalResponse(
  status: i32,
  details: Encoded,
  body: usize,
  bodyLength: usize,
  withHeaders: bool,
  grpcStatus: i32,
): void {
  const length = withHeaders ? pairsLength() : 0;
  proxy_send_local_response(
    status,
    pointerOf(details),
    lengthOf(details),
    body,
    bodyLength,
    length ? pairsPointer() : 0,
    length,
    grpcStatus,
  );
  release();
}
