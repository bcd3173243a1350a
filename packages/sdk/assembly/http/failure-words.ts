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
/** Not for `None` and `Authentication`, which have other words. */
export function failureWords(failure: Failure): Encoded {
  // Of one length each, in the order of their numbers; in the place of none stands what calls bring along in any case.
  const words = isDefined(GATEWAY_USES_breaker)
    ? utf8(
        ":authority:pathno healthy hostunknown clusterinvalid requesttimeout expiredconnect failuremalformed replyreset mid-replycircuit is open",
      )
    : utf8(
        ":authority:pathno healthy hostunknown clusterinvalid requesttimeout expiredconnect failuremalformed replyreset mid-reply",
      );
  return (LENGTH << 32) | (pointerOf(words) + <usize>failure * <usize>LENGTH);
}
const LENGTH: Encoded = 15;
