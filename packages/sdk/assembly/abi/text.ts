// Text on the wire: UTF-16 strings to UTF-8 bytes and back, and the checks that names and values must pass before a host sees them.
// Text from outside keeps its bytes: one that is not UTF-8 is the lone surrogate 0xDC00 + byte in a string, and that byte again on the wire.

import { utf8 } from "./literals";
import { isAmong, isReserved, isSingleValued } from "./names";
import { codePoint, emit, joinSurrogates, sequenceAt } from "./utf8";

const SCRATCH_SIZE: usize = 4096;
// @ts-ignore: decorator
@external("gateway-link", "memory 4096") declare const SCRATCH: usize;
let used: usize = 0;
let overflow: usize = 0;

/**
 * Strings hold UTF-8 in the place of UTF-16: the same objects, with sizes in bytes. No program sets this; the link step does where nothing looks at a
 * string's code units.
 */
export let holdsUtf8: bool = false;

/** UTF-8 bytes, in scratch memory or where they stand anyway: pointer in the low half, length in the high half. 0 is "not legal". */
export type Encoded = u64;

// @ts-ignore: decorator
@inline export function pointerOf(text: Encoded): usize {
  return <usize>text;
}
// @ts-ignore: decorator
@inline export function lengthOf(text: Encoded): usize {
  return <usize>(text >> 32);
}

// @ts-ignore: decorator
@inline export function encoded(pointer: usize, length: usize): Encoded {
  return ((<u64>length) << 32) | pointer;
}

export function same(a: usize, b: usize, length: usize): bool {
  let left = <i32>length;
  while (--left >= 0 && load<u8>(a + left) == load<u8>(b + left)) {}
  return left < 0;
}
export function equals(a: Encoded, b: Encoded): bool {
  return lengthOf(a) == lengthOf(b) && same(pointerOf(a), pointerOf(b), lengthOf(a));
}

/** Takes `size` bytes that live until `release`. */
export function reserve(size: usize): usize {
  if (used + size <= SCRATCH_SIZE) {
    const at = SCRATCH + used;
    used += size;
    return at;
  }
  const block = heap.alloc(size + sizeof<usize>());
  store<usize>(block, overflow);
  overflow = block;
  return block + sizeof<usize>();
}
/** Gives back all scratch memory: at the end of each wrapper, after its host call. */
export function release(): void {
  used = 0;
  // Asked first: a plugin that never overflows has a constant here.
  if (!overflow) return;
  let block = overflow;
  overflow = 0;
  while (block) {
    const next = load<usize>(block);
    heap.free(block);
    block = next;
  }
}
/** Gives back an encoded string, the last that was, and what was before it stays. */
export function giveBack(text: Encoded): void {
  if (!holdsUtf8) unreserve(text);
}
/** Gives back what was reserved last. */
export function unreserve(text: Encoded): void {
  const at = pointerOf(text) - SCRATCH;
  if (at < SCRATCH_SIZE) used = at;
}
/** As `release`, to be called by the transform. */
export function releaseScratch(): void {
  release();
}

/** What a text may hold, by where its bounds stand. Tokens and targets hold something. */
export const enum Rule {
  /** Anything: it is not looked at. */
  Any = -1,
  /** RFC 9110 5.6.2: !#$%&'*+-.^_`|~ 0-9 A-Z a-z */
  Token = 0,
  /** RFC 9110 5.5, without the obsolete line folding */
  FieldValue = 20,
  /** No control characters, no space and no fragment: a request target */
  Target = 26,
}
/** Of each rule, from even addresses on: bytes behind the first of these are allowed, behind the second not, and so on; 255 is the end. */
// prettier-ignore
// @ts-ignore: decorator
@lazy const BOUNDS: usize = memory.data<u8>([
  32, 33, 34, 39, 41, 43, 44, 46, 47, 57, 64, 90, 93, 122, 123, 124, 125, 126, 255, 0,
  8, 9, 31, 126, 127, 255,
  32, 34, 35, 126, 127, 255,
], 2);

/** Bytes of a string's object (`rtSize` of its header), whatever they are. */
// @ts-ignore: decorator
@inline export function sizeIn(text: string): usize {
  return load<u32>(changetype<usize>(text) - 4);
}
/** The most bytes that a text takes: three a code unit. */
export function sizeBound(text: string): usize {
  return holdsUtf8 ? sizeIn(text) : (sizeIn(text) >> 1) * 3;
}
// What stands behind the intrinsics of literals.ts.
export function encodeText(text: string): Encoded {
  if (holdsUtf8) return encoded(changetype<usize>(text), sizeIn(text));
  const start = reserve(sizeBound(text));
  const end = write(text, start);
  if (start - SCRATCH < SCRATCH_SIZE) used = end - SCRATCH;
  return encoded(start, end - start);
}
/** 0 when the text breaks the rule. */
export function encode(text: string, rule: Rule): Encoded {
  const encoded = encodeText(text);
  return isLegal(encoded, rule) ? encoded : 0;
}
export function encodeName(name: string): Encoded {
  return encode(name, Rule.Token);
}
export function encodeChangeableName(name: string): Encoded {
  const encoded = encodeName(name);
  return encoded && isReserved(encoded) ? 0 : encoded;
}
export function encodeDeletableName(name: string): Encoded {
  const encoded = encodeChangeableName(name);
  return encoded && isAmong(encoded, utf8("x-forwarded-proto\0")) ? 0 : encoded;
}
export function encodeAppendableName(name: string): Encoded {
  const encoded = encodeChangeableName(name);
  return encoded && isSingleValued(encoded) ? 0 : encoded;
}
export function encodeValue(value: string): Encoded {
  return encode(value, Rule.FieldValue);
}
/** A method, path or authority; 0 when it is empty or holds a space or control character. */
export function encodeTarget(text: string): Encoded {
  return encode(text, Rule.Target);
}

/** Writes at `p`, which has room for `sizeBound`; returns the end. */
export function write(text: string, p: usize): usize {
  let i = changetype<usize>(text);
  if (holdsUtf8) {
    memory.copy(p, i, sizeIn(text));
    return p + sizeIn(text);
  }
  const end = i + sizeIn(text);
  while (i < end) {
    let c: u32 = load<u16>(i);
    i += 2;
    if (c >> 10 == 54 && i < end && load<u16>(i) >> 10 == 55) {
      c = joinSurrogates(c, load<u16>(i));
      i += 2;
    }
    if (c - 0xdc80 < 128) store<u8>(p++, c);
    else p = emit(p, c);
  }
  return p;
}

function isLegal(text: Encoded, rule: Rule): bool {
  const end = pointerOf(text) + lengthOf(text);
  return (
    ((lengthOf(text) != 0) | (rule == Rule.FieldValue)) & (endOfLegal(pointerOf(text), end, rule) == end)
  );
}
/** Where the first byte stands that breaks the rule; `end` when there is none. */
export function endOfLegal(p: usize, end: usize, rule: Rule): usize {
  for (; p < end; p++) {
    let bound = BOUNDS + <usize>rule;
    while (load<u8>(p) > load<u8>(bound++)) {}
    if (bound & 1) break;
  }
  return p;
}
/** Whether a text keeps a rule. */
export function allows(text: string, rule: Rule): bool {
  const encoded = encodeText(text);
  giveBack(encoded);
  return isLegal(encoded, rule);
}
/** Compares with lower-case ASCII, ignoring the case of ASCII letters. */
export function equalsIgnoringCase(text: string, lowerCase: string): bool {
  if (text.length != lowerCase.length) return false;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if ((c - 65 < 26 && c >= 65 ? c | 32 : c) != lowerCase.charCodeAt(i)) return false;
  }
  return true;
}

/** UTF-8 to a string. */
export function decode(p: usize, length: usize): string {
  const end = p + length;
  const text = changetype<string>(__new(holdsUtf8 ? length : length << 1, idof<string>()));
  if (holdsUtf8) {
    memory.copy(changetype<usize>(text), p, length);
    return text;
  }
  let w = changetype<usize>(text);
  while (p < end) {
    let c: u32 = load<u8>(p);
    let n: usize = 1;
    if (c >= 0x80) {
      const valid = sequenceAt(p, end);
      if (valid) {
        n = valid;
        c = codePoint;
      } else c |= 0xdc00;
      if (c >> 16) {
        store<u16>(w, ((c - 0x10000) >> 10) | 0xd800);
        w += 2;
        c = (c & 0x3ff) | 0xdc00;
      }
    }
    p += n;
    store<u16>(w, c);
    w += 2;
  }
  // The object was made for one code unit a byte; its size may shrink in place (`rtSize` of the runtime's object header).
  store<u32>(changetype<usize>(text) - 4, <u32>(w - changetype<usize>(text)));
  return text;
}
