// The grammar: RFC 8259 over bytes, strict where a body is read. Time is linear, depth is limited, and no input traps.
import { allocBeside } from "../runtime/scope";
import { emit, joinSurrogates, sequenceAt } from "../abi/utf8";

/** Deeper nesting is refused. */
const MAX_DEPTH: i32 = 64;
/** What may stand behind a backslash, each with what it says; in front, 0 for the rest. */
const ESCAPES: usize = memory.data<u8>([
  0, 0, 34, 34, 92, 92, 47, 47, 98, 8, 102, 12, 110, 10, 114, 13, 116, 9,
]);
/** In front of each value that `condense` writes: its kind, and how many bytes follow. */
export const HEAD: usize = 5;

let at: usize = 0;
/** Where something was wrong first; 0 for nowhere. */
let failed: usize = 0;
/** Where what is read is written. */
let out: usize = 0;
/** Nothing is written, and texts have to be UTF-8. A constant where only configurations are read. */
let onlyChecks: bool = false;

// After a failure reading goes on here, among zeros, which end everything: no step needs to ask whether the one before has failed.
const NOTHING: usize = memory.data(16);
function check(holds: i32): void {
  if (holds) return;
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
/** Writes the byte as it stands. */
function take(): u32 {
  if (!onlyChecks) store<u8>(out++, peek());
  return next();
}
function space(): u32 {
  let c = peek();
  while ((c == 32) | (c - 9 < 2) | (c == 13)) c = next();
  return c;
}
/** Steps over this one, if it comes next. */
function accept(byte: u32): i32 {
  const isNext = i32(space() == byte);
  at += isNext;
  return isNext;
}

/** Whether the bytes are one JSON document in UTF-8; a byte 0 must follow them. `failedAt` tells where they are not. */
export function isJson(p: usize, length: usize): bool {
  onlyChecks = true;
  read(p, length);
  onlyChecks = false;
  return !failed;
}
function read(p: usize, length: usize): void {
  failed = 0;
  at = p;
  value(MAX_DEPTH);
  space();
  check(i32(at == p + length));
}
/**
 * Reads a document, which need not be UTF-8, and writes it for `condensed.ts` into memory of `allocBeside`. A byte 0 must follow it. When
 * `hasFailed`, what is there means nothing.
 */
export function condense(p: usize, length: usize): usize {
  // Every value has two bytes in the document at least, so this one is at most three times as long; but what has failed may leave objects and lists open.
  const condensed = allocBeside(length * 3 + 256);
  out = condensed;
  read(p, length);
  return condensed;
}
/** Whether the last document was none. */
// @ts-ignore: decorator
@inline export function hasFailed(): bool {
  return failed != 0;
}
/** Where it failed, as an offset from its start. */
export function failedAt(p: usize): usize {
  return failed - p;
}

function value(depth: i32): void {
  const head = out;
  let c = space();
  if (!onlyChecks) {
    store<u8>(head, c);
    out = head + HEAD;
  }
  if (c == 34) text();
  else if ((c | 32) == 123) {
    check(depth);
    next();
    c += 2;
    if (!accept(c)) {
      do {
        if (c == 125) {
          check(i32(space() == 34));
          value(depth);
          check(accept(58));
        }
        value(depth - 1);
      } while (accept(44));
      check(accept(c));
    }
  } else if (c > 57) {
    // Of `false` the last four letters.
    const isFalse = c == 102;
    if (isFalse) take();
    check(i32(load<u32>(at) == (isFalse ? 0x65736c61 : c == 116 ? 0x65757274 : 0x6c6c756e)));
    take();
    take();
    take();
    take();
  } else {
    if (c == 45) c = take();
    c = c == 48 ? take() : digits(c);
    if (c == 46) c = digits(take());
    if ((c | 32) == 101) {
      c = take();
      digits(c == 43 || c == 45 ? take() : c);
    }
  }
  if (!onlyChecks) store<u32>(head, out - head - HEAD, 1);
}
/** At what must be a digit; to what is none. */
function digits(c: u32): u32 {
  check(i32(c - 48 < 10));
  do c = take();
  while (c - 48 < 10);
  return c;
}
/** At an opening quote. */
function text(): void {
  let before: u32 = 0;
  let c: u32;
  while (((c = next()) > 31) & (c != 34)) {
    /** As `emit` wants it: bytes stand as they are. */
    const lead = i32(c == 92) * -128;
    if (lead) {
      c = next();
      if (c == 117) c = hex();
      else {
        let escape: usize = 16;
        while (escape && load<u8>(escape, ESCAPES) != c) escape -= 2;
        c = load<u8>(escape, ESCAPES + 1);
        check(c);
      }
    } else if (onlyChecks && c > 127) {
      // The 0 behind the document ends a sequence that is cut off.
      const length = sequenceAt(at, at + 4);
      check(<i32>length);
      if (length) at += length - 1;
    }
    if (!onlyChecks) {
      if ((before >> 10 == 54) & (c >> 10 == 55)) {
        // In the place of the half.
        out -= 3;
        c = joinSurrogates(before, c);
      }
      out = emit(out, c, lead);
    }
    before = c;
  }
  check(i32(c == 34));
  next();
}
/** The four digits behind `at`. */
function hex(): u32 {
  // The bit in front counts them: it goes with the last.
  let unit: u32 = 0x10000;
  do {
    const h = next();
    check(i32(h - 48 < 10) | i32((h | 32) - 97 < 6));
    unit = (unit << 4) | ((h & 15) + (h >> 6) * 9);
  } while (unit >> 16);
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
  onlyChecks = true;
  text();
  onlyChecks = false;
  return at;
}
/** The first byte behind the value at `p`. */
export function skipValue(p: usize): usize {
  at = p;
  onlyChecks = true;
  value(MAX_DEPTH);
  onlyChecks = false;
  return at;
}
/** Unescapes the string at `p`, which becomes no longer by it. Returns the end of what is written at `target`. */
export function unescape(p: usize, target: usize): usize {
  at = p;
  out = target;
  text();
  return out;
}
