import { utf8 } from "./literals";
import { Encoded, encodeText, giveBack, lengthOf, pointerOf } from "./text";

/**
 * Headers that say where a message ends or belong to one connection are the gateway's business alone (request smuggling, hangs);
 * `host` is another name of `:authority`. Names are RFC 9110 tokens.
 */
export function isReserved(name: Encoded): bool {
  return isAmong(name, utf8("host\0connection\0content-length\0transfer-encoding\0"));
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
  return isAmong(
    name,
    utf8(
      "date\0etag\0server\0referer\0expires\0location\0user-agent\0content-type\0x-request-id\0authorization\0last-modified\0",
    ),
  );
}
/**
 * Whether a name is one of some lower-case ones, each with a NUL behind it. Setting bit 5 maps no two characters of a token on one, save the cases of a letter.
 */
export function isAmong(name: Encoded, names: Encoded): bool {
  const last = pointerOf(name) + lengthOf(name);
  let p = pointerOf(name);
  for (let other = pointerOf(names), end = other + lengthOf(names); other < end; other++) {
    const c: u32 = load<u8>(other);
    // Behind the last byte, for the rest of this one, where they differ.
    if (c) p = p < last && (load<u8>(p) | 32) == c ? p + 1 : last + 1;
    else if (p == last) return true;
    else p = pointerOf(name);
  }
  return false;
}
