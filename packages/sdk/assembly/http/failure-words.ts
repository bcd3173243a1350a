import { utf8 } from "../abi/literals";
import { Encoded, decode, giveBack, lengthOf, pointerOf } from "../abi/text";
import { Failure } from "../stream/calls";

/** A failure in words. */
export function failureText(failure: Failure): string {
  const words = failureWords(failure);
  const text = decode(pointerOf(words), lengthOf(words));
  giveBack(words);
  return text;
}
export function failureWords(failure: Failure): Encoded {
  if (failure == Failure.UnknownCluster) return utf8("unknown cluster");
  if (failure == Failure.NoHealthyHost) return utf8("no healthy host");
  if (failure == Failure.InvalidRequest) return utf8("invalid request");
  if (failure == Failure.Timeout) return utf8("timeout");
  if (failure == Failure.ConnectFailed) return utf8("connection failed");
  if (failure == Failure.Reset) return utf8("reset");
  if (isDefined(GATEWAY_USES_breaker)) if (failure == Failure.CircuitOpen) return utf8("circuit open");
  return utf8("protocol error");
}
