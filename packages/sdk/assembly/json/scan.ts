// Reads in place in a document that `isJson` has accepted: pointers in, pointers out, nothing allocated until a string is taken.
import {
  Encoded,
  decode,
  emit,
  equals,
  giveBack,
  joinSurrogates,
  lengthOf,
  pointerOf,
  reserve,
} from "../abi/text";

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
export function skipSpace(p: usize): usize {
  while (load<u8>(p) <= 32) p++;
  return p;
}
function skipText(p: usize): usize {
  for (p++; load<u8>(p) != 34; p++) if (load<u8>(p) == 92) p++;
  return p + 1;
}
/** The first byte behind a value. */
export function skipValue(p: usize): usize {
  let depth = 0;
  do {
    const c: u32 = load<u8>(p);
    // An apostrophe is a mark of `member`.
    if (c == 34 || c == 39) p = skipText(p);
    else {
      p++;
      if ((c | 32) == 123) depth++;
      else if ((c | 32) == 125) depth--;
      else if (!depth) while (!endsNumber(p)) p++;
    }
  } while (depth);
  return p;
}
/** Whether a number or word ends at `p`; the byte 0 behind the document ends one, too. */
function endsNumber(p: usize): bool {
  const c: u32 = load<u8>(p);
  return c <= 32 || c == 44 || (c | 32) == 125;
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
  let end = start;
  let c: u32 = 0;
  while ((c = load<u8>(++p)) != 34) {
    if (c == 92) {
      c = load<u8>(++p);
      if (c == 117) {
        c = hex(p);
        p += 4;
        const low = c >> 10 == 54 && load<u16>(p, 1) == 0x755c ? hex(p + 2) : 0;
        if (low >> 10 == 55) {
          c = joinSurrogates(c, low);
          p += 6;
        }
        end = emit(end, c);
        continue;
      }
      // Of b, f, n, r and t, by three bits of the letter; other escaped characters stand for themselves.
      if (c > 92) c = (0x9da0c8 >> (c & 28)) & 15;
    }
    store<u8>(end++, c);
  }
  return ((<u64>(end - start)) << 32) | start;
}
/** The four digits behind `p`. */
function hex(p: usize): u32 {
  let unit: u32 = 0;
  for (const last = p + 4; p < last;) {
    const h: u32 = load<u8>(++p);
    unit = (unit << 4) | ((h & 15) + (h >> 6) * 9);
  }
  return unit;
}
/** Whether the JSON string at `p` says the same as some bytes. */
export function textEquals(p: usize, text: Encoded): bool {
  const bytes = textBytes(p);
  giveBack(bytes);
  return equals(bytes, text);
}
/** The JSON string at `p`, unescaped. */
export function takeText(p: usize): string {
  const bytes = textBytes(p);
  const text = decode(pointerOf(bytes), lengthOf(bytes));
  giveBack(bytes);
  return text;
}
/** The bytes of a value as they stand. */
export function takeRaw(p: usize): string {
  return decode(p, skipValue(p) - p);
}

/** The value of a member; of several with the same name the last. 0 when there is none. `mark` replaces the opening quote of its name, for which it stands from then on. */
export function member(object: usize, key: Encoded, mark: u32 = 34): usize {
  let found: usize = 0;
  for (let name = firstIn(object); name;) {
    const value = valueOf(name);
    if (textEquals(name, key)) {
      found = value;
      store<u8>(name, mark);
    }
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

/**
 * A whole number of up to 18 digits, without fraction or exponent, or a string that holds one; `isWhole` says whether there is one.
 */
export function takeWhole(p: usize): i64 {
  const quoted = load<u8>(p) == 34;
  if (quoted) p++;
  const negative = load<u8>(p) == 45;
  if (negative) p++;
  const start = p;
  let n: i64 = 0;
  while (<u32>load<u8>(p) - 48 < 10) n = n * 10 + (load<u8>(p++) - 48);
  // What follows must end the number: a delimiter, or the quote of a string.
  isWhole = p > start && p - start < 19 && (quoted ? load<u8>(p) == 34 : endsNumber(p));
  return negative ? -n : n;
}
export let isWhole: bool = false;
