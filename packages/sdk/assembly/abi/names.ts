import { utf8 } from "./literals";
import { Encoded, encodeText, giveBack, lengthOf, pointerOf } from "./text";

/**
 * Headers that say where a message ends or belong to one connection are the gateway's business alone (request smuggling, hangs);
 * `host` is another name of `:authority`. Names are RFC 9110 tokens.
 */
export function isReserved(name: Encoded): bool {
  return (
    isName(name, utf8("host")) ||
    isName(name, utf8("connection")) ||
    isName(name, utf8("content-length")) ||
    isName(name, utf8("transfer-encoding"))
  );
}
export function isReservedText(name: string): bool {
  const encoded = encodeText(name);
  const reserved = isReserved(encoded);
  giveBack(encoded);
  return reserved;
}
/**
 * Headers with one value, where a gateway's "add" joins with a comma (`text/html,text/plain`). Source: Envoy's inline headers;
 * RFC 9110's singletons among them.
 */
export function isSingleValued(name: Encoded): bool {
  return (
    isName(name, utf8("date")) ||
    isName(name, utf8("etag")) ||
    isName(name, utf8("server")) ||
    isName(name, utf8("referer")) ||
    isName(name, utf8("expires")) ||
    isName(name, utf8("location")) ||
    isName(name, utf8("user-agent")) ||
    isName(name, utf8("content-type")) ||
    isName(name, utf8("x-request-id")) ||
    isName(name, utf8("authorization")) ||
    isName(name, utf8("last-modified"))
  );
}
/** Compares with a lower-case name. Setting bit 5 maps no two characters of a token on one, save the cases of a letter. */
export function isName(name: Encoded, lowerCase: Encoded): bool {
  const length = lengthOf(lowerCase);
  if (lengthOf(name) != length) return false;
  for (let i: usize = 0; i < length; i++)
    if ((load<u8>(pointerOf(name) + i) | 32) != load<u8>(pointerOf(lowerCase) + i)) return false;
  return true;
}
