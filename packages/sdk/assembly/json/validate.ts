// The grammar: strict RFC 8259 over UTF-8 bytes. Nothing is allocated, time is linear, depth is limited, and no input traps.
import { emit, joinSurrogates, sequenceAt } from "../abi/text";

/** Deeper nesting is refused. */
const MAX_DEPTH: i32 = 64;
/** What may stand behind a backslash: b, f, n, r and t, a bit for each letter. */
const LETTERS: u32 = 0x144044;
/** May stand in the place of a name's opening quote in a document that has been accepted. */
export const MARK: u32 = 39;

let at: usize = 0;
let checking: bool = false;
/** Where something was wrong first; 0 for nowhere. */
let failed: usize = 0;
/** Where the text that is read next is to be written; 0 for nowhere. */
let out: usize = 0;

// After a failure reading goes on here, among zeros, which end everything: no step needs to ask whether the one before has failed.
const NOTHING: usize = memory.data(16);
function fail(): void {
  if (!failed) failed = at;
  at = NOTHING;
}

// The byte behind the document is 0, which belongs to no value: no step needs to ask where the end is.
// @ts-ignore: decorator
@inline function peek(): u32 {
  return load<u8>(at);
}
function next(): u32 {
  at++;
  return peek();
}
function space(): u32 {
  let c = peek();
  while (c == 32 || (c - 9 < 5 && c - 11 > 1)) c = next();
  return c;
}
function expect(byte: u32): void {
  if (space() == byte) at++;
  else fail();
}

/** Whether the bytes are one JSON document; a byte 0 must follow them. `failedAt` tells where they are not. */
export function isJson(p: usize, length: usize): bool {
  const end = p + length;
  failed = 0;
  for (at = p; at < end;) {
    const n: usize = peek() < 0x80 ? 1 : sequenceAt(at, end);
    if (!n) {
      failed = at;
      return false;
    }
    at += n;
  }
  at = p;
  checking = true;
  value(MAX_DEPTH);
  checking = false;
  space();
  if (at != end) fail();
  return !failed;
}
/** Where the last `isJson` failed, as an offset from its start. */
export function failedAt(p: usize): usize {
  return failed - p;
}

function value(depth: i32): void {
  const c = space();
  if (c == 34) text();
  else if ((c | 32) == 123) container(c + 2, depth);
  else if (c == 116) word(0x65757274, 4);
  else if (c == 102) word(0x65736c61, 5);
  else if (c == 110) word(0x6c6c756e, 4);
  else {
    let d = c == 45 ? next() : c;
    if (d == 48) next();
    else digits(d);
    if (peek() == 46) digits(next());
    if ((peek() | 32) == 101) {
      d = next();
      digits(d == 43 || d == 45 ? next() : d);
    }
  }
}
function container(close: u32, depth: i32): void {
  if (!depth) return fail();
  next();
  if (space() != close)
    for (;;) {
      if (close == 125) {
        const c = space();
        if (c != 34 && (checking || c != MARK)) return fail();
        text();
        expect(58);
      }
      value(depth - 1);
      if (space() != 44) break;
      next();
    }
  expect(close);
}
/** The last four letters of a word; its first is known. */
function word(four: u32, length: usize): void {
  if (load<u32>(at + length - 4) == four) at += length;
  else fail();
}
/** At what must be a digit. */
function digits(c: u32): void {
  if (c - 48 > 9) fail();
  while (next() - 48 < 10);
}
/** At an opening quote. */
function text(): void {
  for (;;) {
    let c = next();
    if (c == 34) break;
    if (c < 32) return fail();
    if (c == 92) {
      c = next();
      if (c == 117) {
        c = hex();
        if (c >> 10 == 54 && load<u16>(at, 1) == 0x755c) {
          const high = at;
          at += 2;
          const low = hex();
          if (low >> 10 == 55) c = joinSurrogates(c, low);
          else if (!failed) at = high;
        }
        if (out) out = emit(out, c);
        continue;
      }
      if (c > 92) {
        if (c > 116 || !((LETTERS >> (c - 96)) & 1)) return fail();
        // Three bits tell these letters apart.
        c = (0x9da0c8 >> (c & 28)) & 15;
      } else if (c != 34 && c != 92 && c != 47) return fail();
    }
    if (out) store<u8>(out++, c);
  }
  at++;
}
/** The four digits behind `at`. */
function hex(): u32 {
  let unit: u32 = 0;
  for (let i = 0; i < 4; i++) {
    const h = next();
    if (h - 48 > 9 && (h | 32) - 97 > 5) fail();
    unit = (unit << 4) | ((h & 15) + (h >> 6) * 9);
  }
  return unit;
}

// The same grammar steps over the values of a document that it has accepted.
export function skipSpace(p: usize): usize {
  at = p;
  space();
  return at;
}
/** The first byte behind the string at `p`. */
export function skipText(p: usize): usize {
  at = p;
  text();
  return at;
}
/** The first byte behind the value at `p`. */
export function skipValue(p: usize): usize {
  at = p;
  value(MAX_DEPTH);
  return at;
}
/** Unescapes the string at `p`, which becomes no longer by it. Returns the end of what is written at `target`. */
export function unescape(p: usize, target: usize): usize {
  out = target;
  skipText(p);
  const end = out;
  out = 0;
  return end;
}
