// The grammar: strict RFC 8259 over UTF-8 bytes. Nothing is allocated, time is linear, depth is limited, and no input traps.
import { codePoint, emit, joinSurrogates, sequenceAt } from "../abi/text";

/** Deeper nesting is refused. */
const MAX_DEPTH: i32 = 64;
/** What may stand behind a backslash, each with what it says. */
const ESCAPES: usize = memory.data<u8>([34, 34, 92, 92, 47, 47, 98, 8, 102, 12, 110, 10, 114, 13, 116, 9]);

/** What `condense` writes for the marks between values. UTF-8 has none of these bytes, so each of them ends a text. */
export const enum Mark {
  Colon = 0xfa,
  Comma = 0xfc,
  Close = 0xfd,
  List = 0xfe,
  Object = 0xff,
}

let at: usize = 0;
/** Where something was wrong first; 0 for nowhere. */
let failed: usize = 0;
/** Where what is read is to be written; 0 for nowhere. Never before it is read, so a document may be written over itself. */
let out: usize = 0;

// After a failure reading goes on here, among zeros, which end everything: no step needs to ask whether the one before has failed.
const NOTHING: usize = memory.data(16);
function fail(): void {
  if (!failed) failed = at;
  at = NOTHING;
  out = 0;
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
function put(byte: u32): void {
  if (out) store<u8>(out++, byte);
}
/** Writes the byte as it stands. */
function take(): u32 {
  put(peek());
  return next();
}
function space(): u32 {
  let c = peek();
  // Tab, line feed, carriage return and space, a bit for each.
  while (c - 9 < 24 && (0x800013 >> (c - 9)) & 1) c = next();
  return c;
}
/** A colon, or what closes a container. */
function expect(byte: u32): void {
  if (space() == byte) at++;
  else fail();
  put(byte | 0xf8);
}

/** Whether the bytes are one JSON document; a byte 0 must follow them. `failedAt` tells where they are not. */
export function isJson(p: usize, length: usize): bool {
  const end = p + length;
  failed = 0;
  at = p;
  value(MAX_DEPTH);
  space();
  if (at != end) fail();
  return !failed;
}
/**
 * The same, and writes the document over itself: without white space, texts without escapes and closing quote, `Mark`s between values.
 * `condensed.ts` reads it.
 */
export function condense(p: usize, length: usize): bool {
  out = p;
  const accepted = isJson(p, length);
  out = 0;
  return accepted;
}
/** Where the last `isJson` failed, as an offset from its start. */
export function failedAt(p: usize): usize {
  return failed - p;
}

function value(depth: i32): void {
  let c = space();
  if (c == 34) {
    put(34);
    text();
  } else if ((c | 32) == 123) {
    if (!depth) fail();
    put((c >> 5) | 0xfc);
    next();
    c += 2;
    if (space() != c)
      for (;;) {
        if (c == 125) {
          if (space() != 34) fail();
          put(34);
          text();
          expect(58);
        }
        value(depth - 1);
        if (space() != 44) break;
        put(Mark.Comma);
        next();
      }
    expect(c);
  } else if (c > 57) {
    // Of `false` the last four letters; its first is known.
    let length: usize = c == 102 ? 5 : 4;
    if (load<u32>(at + length - 4) != (c == 102 ? 0x65736c61 : c == 116 ? 0x65757274 : 0x6c6c756e)) fail();
    do take();
    while (--length);
  } else {
    if (c == 45) c = take();
    if (c == 48) take();
    else digits(c);
    if (peek() == 46) digits(take());
    if ((peek() | 32) == 101) {
      c = take();
      digits(c == 43 || c == 45 ? take() : c);
    }
  }
}
/** At what must be a digit. */
function digits(c: u32): void {
  if (c - 48 > 9) fail();
  while (take() - 48 < 10);
}
/** At an opening quote. */
function text(): void {
  /** The first half of a pair, when it stands right before. */
  let high: u32 = 0;
  for (;;) {
    let c = next();
    if (c == 34) break;
    if (c < 32) return fail();
    if (c > 127) {
      // The 0 behind the document ends a sequence that is cut off.
      const length = sequenceAt(at, at + 4);
      if (!length) return fail();
      at += length - 1;
      c = codePoint;
    } else if (c == 92) {
      c = next();
      if (c == 117) c = hex();
      else {
        let escape = ESCAPES;
        while (load<u8>(escape) != c) {
          escape += 2;
          if (escape == ESCAPES + 16) return fail();
        }
        c = load<u8>(escape, 1);
      }
    }
    if (out) {
      if (high && c >> 10 == 55) {
        // In the place of the half.
        out -= 3;
        c = joinSurrogates(high, c);
      }
      out = emit(out, c);
    }
    high = c >> 10 == 54 ? c : 0;
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
