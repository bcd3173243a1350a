// Reads in place in a document that `isJson` has accepted: pointers in, pointers out, nothing allocated until a string is taken.

import { decode } from "../abi/text";

export const enum Kind {
  None,
  Null,
  Boolean,
  Number,
  String,
  Array,
  Object,
}

export function kindAt(p: usize): Kind {
  if (!p) return Kind.None;
  switch (load<u8>(p)) {
    case 110:
      return Kind.Null;
    case 116:
    case 102:
      return Kind.Boolean;
    case 34:
      return Kind.String;
    case 91:
      return Kind.Array;
    case 123:
      return Kind.Object;
    default:
      return Kind.Number;
  }
}
export function skipSpace(p: usize): usize {
  while (load<u8>(p) <= 32) p++;
  return p;
}
function skipText(p: usize): usize {
  for (p++; load<u8>(p) != 34; p++) if (load<u8>(p) == 92) p++;
  return p + 1;
}
/** The first byte behind a value; `end` is where the document ends. */
export function skipValue(p: usize, end: usize): usize {
  let depth = 0;
  while (p < end) {
    const c = load<u8>(p);
    if (c == 34) {
      p = skipText(p);
      if (!depth) return p;
      continue;
    }
    if (c == 123 || c == 91) depth++;
    else if (c == 125 || c == 93) {
      if (--depth <= 0) return depth < 0 ? p : p + 1;
    } else if (!depth && (c == 44 || c <= 32)) return p;
    p++;
  }
  return p;
}
/** The first member name or element of an object or list; 0 when it is empty. */
export function firstIn(container: usize): usize {
  const p = skipSpace(container + 1);
  return load<u8>(p) == 125 || load<u8>(p) == 93 ? 0 : p;
}
/** The member name or element behind the value at `p`; 0 at the end. */
export function nextIn(p: usize, end: usize): usize {
  p = skipSpace(skipValue(p, end));
  return load<u8>(p) == 44 ? skipSpace(p + 1) : 0;
}
/** The value of the member whose name stands at `p`. */
export function valueOf(p: usize): usize {
  return skipSpace(skipSpace(skipText(p)) + 1);
}

// Code units of a JSON string, one by one: serves comparing and taking alike.
let cursor: usize = 0;
let low: i32 = 0;
function nextUnit(): i32 {
  if (low) {
    const unit = low;
    low = 0;
    return unit;
  }
  const c: u32 = load<u8>(cursor++);
  if (c == 34) return -1;
  if (c == 92) return escaped();
  if (c < 0x80) return c;
  const n = c >= 0xf0 ? 3 : c >= 0xe0 ? 2 : 1;
  let point: u32 = c & (0x3f >> n);
  for (let i = 0; i < n; i++) point = (point << 6) | (load<u8>(cursor++) & 63);
  if (point < 0x10000) return point;
  low = ((point - 0x10000) & 0x3ff) | 0xdc00;
  return ((point - 0x10000) >> 10) | 0xd800;
}
function escaped(): i32 {
  const c = load<u8>(cursor++);
  if (c != 117) return c == 98 ? 8 : c == 102 ? 12 : c == 110 ? 10 : c == 114 ? 13 : c == 116 ? 9 : c;
  let unit: u32 = 0;
  for (let i = 0; i < 4; i++) {
    const h: u32 = load<u8>(cursor++);
    unit = (unit << 4) | ((h & 15) + (h >> 6) * 9);
  }
  return unit;
}

/** A JSON string that is being read code unit by code unit; one at a time. */
// @ts-ignore: decorator
@unmanaged @final
export class Text {
  /** Code units of the whole text. */
  get length(): i32 {
    let units = 0;
    cursor = changetype<usize>(this) + 1;
    while (nextUnit() >= 0) units++;
    startText(changetype<usize>(this));
    return units;
  }
  /** The next code unit; -1 behind the last. */
  next(): i32 {
    return nextUnit();
  }
}
export function startText(p: usize): Text {
  cursor = p + 1;
  low = 0;
  return changetype<Text>(p);
}

/** Whether the JSON string at `p` says the same as a part of a text. */
export function textEquals(p: usize, text: string, from: i32, to: i32): bool {
  cursor = p + 1;
  low = 0;
  while (from < to) if (nextUnit() != <i32>text.charCodeAt(from++)) return false;
  return nextUnit() == -1;
}
/** The JSON string at `p`, unescaped. */
export function takeText(p: usize): string {
  const text = changetype<string>(__new((skipText(p) - p) << 1, idof<string>()));
  let w = changetype<usize>(text);
  cursor = p + 1;
  low = 0;
  for (let unit = nextUnit(); unit >= 0; unit = nextUnit()) {
    store<u16>(w, unit);
    w += 2;
  }
  // Shrinks the string in place, as text.ts does.
  store<u32>(changetype<usize>(text) - 4, <u32>(w - changetype<usize>(text)));
  return text;
}
/** The bytes of a value as they stand. */
export function takeRaw(p: usize, end: usize): string {
  return decode(p, skipValue(p, end) - p);
}

/** The value of a member; of several with the same name the last. 0 when there is none. `position` is its place among the members. */
export function member(object: usize, end: usize, text: string, from: i32, to: i32): usize {
  let found: usize = 0;
  let index = 0;
  for (let name = firstIn(object); name; index++) {
    const value = valueOf(name);
    if (textEquals(name, text, from, to)) {
      found = value;
      position = index;
    }
    name = nextIn(value, end);
  }
  return found;
}
export let position: i32 = 0;

function element(list: usize, end: usize, index: i32): usize {
  let p = firstIn(list);
  while (p && index-- > 0) p = nextIn(p, end);
  return p;
}
/** Follows a path such as `a.b.0.c`; 0 when it leads nowhere. The empty path is the value itself. */
export function find(p: usize, end: usize, path: string): usize {
  let from = 0;
  while (p && from < path.length) {
    let to = path.indexOf(".", from);
    if (to < 0) to = path.length;
    const kind = kindAt(p);
    p =
      kind == Kind.Object
        ? member(p, end, path, from, to)
        : kind == Kind.Array
          ? element(p, end, toIndex(path, from, to))
          : 0;
    from = to + 1;
  }
  return p;
}
function toIndex(path: string, from: i32, to: i32): i32 {
  let index = 0;
  if (from == to || to - from > 9) return i32.MAX_VALUE;
  for (; from < to; from++) {
    const digit = path.charCodeAt(from) - 48;
    if (<u32>digit > 9) return i32.MAX_VALUE;
    index = index * 10 + digit;
  }
  return index;
}

/**
 * A whole number of up to 18 digits, without fraction or exponent, or a string that holds one; `isWhole` says whether there is one.
 */
export function takeWhole(p: usize, end: usize): i64 {
  isWhole = false;
  const quoted = load<u8>(p) == 34;
  if (quoted) p++;
  const negative = load<u8>(p) == 45;
  if (negative) p++;
  const start = p;
  let n: i64 = 0;
  while (p < end && <u32>load<u8>(p) - 48 < 10) n = n * 10 + (load<u8>(p++) - 48);
  // What follows must end the number: a delimiter, or the quote of a string.
  const c: u32 = p < end ? load<u8>(p) : 0;
  isWhole = p > start && p - start < 19 && (quoted ? c == 34 : c == 44 || c == 93 || c == 125 || c <= 32);
  return negative ? -n : n;
}
export let isWhole: bool = false;
