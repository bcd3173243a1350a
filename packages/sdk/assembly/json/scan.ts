// Reads in place in a document that `isJson` has accepted: pointers in, pointers out, nothing allocated until a string is taken.
import { Encoded, decode, equals, lengthOf, pointerOf, reserve, unreserve } from "../abi/text";
import { skipSpace, skipText, skipValue, unescape } from "./validate";

/** What a value is, by its first byte. */
export const enum Kind {
  None = 0,
  String = 34,
  Number = 45,
  Array = 91,
  Boolean = 102,
  Null = 110,
  Object = 123,
}

export function kindAt(p: usize): Kind {
  const c: u32 = p ? load<u8>(p) : 0;
  return c == 116 ? Kind.Boolean : c - 48 < 10 ? Kind.Number : c;
}
/** The first member name or element of an object or list; 0 when it is empty. */
export function firstIn(container: usize): usize {
  const p = skipSpace(container + 1);
  return (load<u8>(p) | 32) == 125 ? 0 : p;
}
/** The member name or element behind the value at `p`; 0 at the end. */
export function nextIn(p: usize): usize {
  p = skipSpace(skipValue(p));
  return load<u8>(p) == 44 ? skipSpace(p + 1) : 0;
}
/** The value of the member whose name stands at `p`. */
export function valueOf(p: usize): usize {
  return skipSpace(skipSpace(skipText(p)) + 1);
}

/** The bytes of the JSON string at `p`, unescaped, in scratch memory. */
export function textBytes(p: usize): Encoded {
  const start = reserve(skipText(p) - p);
  return ((<u64>(unescape(p, start) - start)) << 32) | start;
}
/** Whether the JSON string at `p` says the same as some bytes. */
export function textEquals(p: usize, text: Encoded): bool {
  const bytes = textBytes(p);
  unreserve(bytes);
  return equals(bytes, text);
}
/** The JSON string at `p`, unescaped. */
export function takeText(p: usize): string {
  const bytes = textBytes(p);
  const text = decode(pointerOf(bytes), lengthOf(bytes));
  unreserve(bytes);
  return text;
}
/** The bytes of a value as they stand. */
export function takeRaw(p: usize): string {
  return decode(p, skipValue(p) - p);
}

/** The value of a member; of several with the same name the last. 0 when there is none. */
export function member(object: usize, key: Encoded): usize {
  let found: usize = 0;
  for (let name = firstIn(object); name;) {
    const value = valueOf(name);
    if (textEquals(name, key)) found = value;
    name = nextIn(value);
  }
  return found;
}

function element(list: usize, index: u32): usize {
  let p = firstIn(list);
  while (p && index-- > 0) p = nextIn(p);
  return p;
}
/** Follows a path such as `a.b.0.c`; 0 when it leads nowhere. The empty path is the value itself. */
export function find(p: usize, path: Encoded): usize {
  let from = pointerOf(path);
  const last = from + lengthOf(path);
  while (p && from < last) {
    let to = from;
    while (to < last && load<u8>(to) != 46) to++;
    const step = ((<u64>(to - from)) << 32) | from;
    const kind = kindAt(p);
    p = kind == Kind.Object ? member(p, step) : kind == Kind.Array ? element(p, toIndex(from, to)) : 0;
    from = to + 1;
  }
  return p;
}
function toIndex(from: usize, to: usize): u32 {
  let index: u32 = 0;
  if (from == to || to - from > 9) return u32.MAX_VALUE;
  for (; from < to; from++) {
    const digit: u32 = load<u8>(from) - 48;
    if (digit > 9) return u32.MAX_VALUE;
    index = index * 10 + digit;
  }
  return index;
}

/** A whole number of up to 18 digits, without fraction or exponent; `isWhole` says whether there is one. */
export function takeWhole(p: usize): i64 {
  const end = skipValue(p);
  const negative = load<u8>(p) == 45;
  if (negative) p++;
  const start = p;
  let n: i64 = 0;
  while (<u32>load<u8>(p) - 48 < 10) n = n * 10 + (load<u8>(p++) - 48);
  isWhole = p - start < 19 && p == end;
  return negative ? -n : n;
}
export let isWhole: bool = false;
