// Strict RFC 8259 over UTF-8 bytes. Nothing is allocated, time is linear, depth is limited, and no input traps.
import { sequenceAt } from "../abi/text";

/** Deeper nesting is refused. */
const MAX_DEPTH: i32 = 64;
/** What may stand behind a backslash: b, f, n, r and t, a bit for each letter. */
const LETTERS: u32 = 0x144044;

let at: usize = 0;

// The byte behind the document is 0, which belongs to no value: no step needs to ask where the end is.
// @ts-ignore: decorator
@inline function peek(): u32 {
  return load<u8>(at);
}
function space(): u32 {
  let c = peek();
  while (c == 32 || (c - 9 < 5 && c - 11 > 1)) {
    at++;
    c = peek();
  }
  return c;
}

/** Whether the bytes are one JSON document; a byte 0 must follow them. `failedAt` tells where they are not. */
export function isJson(p: usize, length: usize): bool {
  at = p;
  return value(MAX_DEPTH) && space() == 0 && at == p + length;
}
/** Where the last `isJson` stopped, as an offset from its start. */
export function failedAt(p: usize): usize {
  return at - p;
}

function value(depth: i32): bool {
  const c = space();
  if (c == 34) return text();
  if ((c | 32) == 123) return container(c, depth);
  if (c == 116) return word(0x65757274, 4);
  if (c == 102) return word(0x65736c61, 5);
  if (c == 110) return word(0x6c6c756e, 4);
  if (c == 45) at++;
  if (peek() == 48) at++;
  else if (!digits()) return false;
  if (peek() == 46 && !digitsBehind()) return false;
  if ((peek() | 32) == 101) {
    const sign: u32 = load<u8>(at, 1);
    if (sign == 43 || sign == 45) at++;
    return digitsBehind();
  }
  return true;
}
function container(open: u32, depth: i32): bool {
  if (!depth) return false;
  const close = open + 2;
  at++;
  let c = space();
  if (c != close) {
    for (;;) {
      if (close == 125) {
        if (space() != 34 || !text() || space() != 58) return false;
        at++;
      }
      if (!value(depth - 1)) return false;
      c = space();
      if (c != 44) break;
      at++;
    }
    if (c != close) return false;
  }
  at++;
  return true;
}
/** The last four letters of a word; its first is known. */
function word(four: u32, length: usize): bool {
  if (load<u32>(at + length - 4) != four) return false;
  at += length;
  return true;
}
function digitsBehind(): bool {
  at++;
  return digits();
}
function digits(): bool {
  const start = at;
  while (peek() - 48 < 10) at++;
  return at > start;
}
/** At an opening quote. */
function text(): bool {
  for (;;) {
    at++;
    let c = peek();
    if (c == 34) break;
    if (c < 32) return false;
    if (c > 127) {
      // Not past the 0 behind the document, which continues no sequence.
      const n = sequenceAt(at, at + 4);
      if (!n) return false;
      at += n - 1;
    }
    if (c != 92) continue;
    at++;
    c = peek();
    if (c == 117) {
      for (let i = 0; i < 4; i++) {
        at++;
        const h = peek();
        if (h - 48 > 9 && (h | 32) - 97 > 5) return false;
      }
    } else if (c > 92 ? c > 116 || !((LETTERS >> (c - 96)) & 1) : c != 34 && c != 92 && c != 47) return false;
  }
  at++;
  return true;
}
