import { OUT, clearOut, hostLength, hostPointer } from "../abi/allocator";
import { Status } from "../abi/enums";
import {
  proxy_grpc_call,
  proxy_grpc_cancel,
  proxy_grpc_close,
  proxy_grpc_send,
  proxy_grpc_stream,
} from "../abi/imports-grpc";
import { proxy_get_status } from "../abi/imports-state";
import { pairsLength, pairsPointer } from "../abi/pairs";
import { decode, encodeText, lengthOf, pointerOf, release } from "../abi/text";

/** Starts a call with the metadata begun by `startPairs`. `target`: a serialized GrpcService. `timeoutMs`: negative for a stream. */
export function startGrpcCall(
  target: usize,
  targetLength: usize,
  service: string,
  method: string,
  message: usize,
  messageLength: usize,
  timeoutMs: i32,
): Status {
  const length = pairsLength();
  let status: Status = Status.SerializationFailure;
  if (length) {
    const s = encodeText(service);
    const m = encodeText(method);
    store<u32>(OUT, 0);
    status =
      isDefined(GATEWAY_USES_stream) && timeoutMs < 0
        ? proxy_grpc_stream(
            target,
            targetLength,
            pointerOf(s),
            lengthOf(s),
            pointerOf(m),
            lengthOf(m),
            pairsPointer(),
            length,
            OUT,
          )
        : proxy_grpc_call(
            target,
            targetLength,
            pointerOf(s),
            lengthOf(s),
            pointerOf(m),
            lengthOf(m),
            pairsPointer(),
            length,
            message,
            messageLength,
            timeoutMs,
            OUT,
          );
  }
  release();
  return status;
}
/** The same for a stream. */
// @ts-ignore: decorator
@inline export function startGrpcStream(
  target: usize,
  targetLength: usize,
  service: string,
  method: string,
): Status {
  return startGrpcCall(target, targetLength, service, method, 0, 0, -1);
}
/** One message on a stream. */
export function sendGrpcMessage(token: u32, message: usize, length: usize): void {
  proxy_grpc_send(token, message, length, 0);
}
/** Ends the own direction of a stream; the service may still answer. */
export function endGrpcStream(token: u32): void {
  proxy_grpc_close(token);
}
/** Ends a stream; no further callback of it comes. Hosts keep one that the service has ended until its own direction is, too: for that it is good as well. */
export function cancelGrpcStream(token: u32): void {
  proxy_grpc_cancel(token);
}
/** What the gateway says about the call that has just failed, or the stream that has just ended. */
export function statusMessage(): string {
  clearOut();
  if (proxy_get_status(OUT + 8, OUT, OUT + 4) != Status.Ok) return "";
  return decode(hostPointer(), hostLength());
}
