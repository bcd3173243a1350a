import { OUT, clearOut, freeHostBytes, hostLength, hostPointer } from "../abi/allocator";
import { Status } from "../abi/enums";
import { proxy_grpc_call } from "../abi/imports-grpc";
import { proxy_get_status } from "../abi/imports-state";
import { pairsLength, pairsPointer } from "../abi/pairs";
import { decode, encodeText, lengthOf, pointerOf, release } from "../abi/text";

/** Starts a call with the metadata begun by `startPairs`. `target`: a serialized GrpcService. */
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
    status = proxy_grpc_call(
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
/** What the gateway says about the call that has just failed. */
export function statusMessage(): string {
  clearOut();
  if (proxy_get_status(OUT + 8, OUT, OUT + 4) != Status.Ok) return "";
  const text = decode(hostPointer(), hostLength());
  freeHostBytes();
  return text;
}
