// RESP2 replies, read in place, one at a time. Source: Redis protocol specification.

/** Nested deeper, a reply is taken for garbage. */
const MAX_DEPTH: i32 = 16;

/** Behind the last byte of the reply. */
let end: usize = 0;
/** What `readNumber` has read. */
export let number: i64 = 0;

/** Makes the bytes the reply that is read; false when they are not one. */
export function beginReply(start: usize, length: usize): bool {
  end = start + length;
  return skipReply(start) == end;
}
/** The first byte behind the reply at `p`; 0 when the bytes are not one. */
export function skipReply(p: usize, depth: i32 = MAX_DEPTH): usize {
  const line = lineEnd(p);
  if (!line || !depth) return 0;
  const kind = load<u8>(p);
  const next = line + 2;
  if (kind == 43 || kind == 45) return next;
  if (!readNumber(p + 1, line)) return 0;
  if (kind == 58) return next;
  let count = number;
  if (kind == 36) {
    if (load<u8>(p, 1) == 45) return next;
    const after = next + <usize>count;
    return count <= <i64>(end - next) - 2 && load<u16>(after) == 0x0a0d ? after + 2 : 0;
  }
  if (kind != 42) return 0;
  for (p = next; count > 0 && p; count--) p = skipReply(p, depth - 1);
  return p;
}
/** The CR of the line at `p`; 0 when it has none. */
export function lineEnd(p: usize): usize {
  for (; p + 1 < end; p++) if (load<u16>(p) == 0x0a0d) return p;
  return 0;
}
/** Reads a sign or none, and up to 19 digits; false, and 0, for anything else. */
export function readNumber(p: usize, end: usize): bool {
  const sign = load<u8>(p);
  if (sign == 45 || sign == 43) p++;
  number = 0;
  // No digits, or no text at all, is less than none.
  if (end - p - 1 > 18) return false;
  let n: i64 = 0;
  for (; p < end; p++) {
    const digit = <u32>load<u8>(p) - 48;
    if (digit > 9) return false;
    n = n * 10 + digit;
  }
  number = sign == 45 ? -n : n;
  return true;
}
