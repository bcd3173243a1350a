// RESP2 replies, read in place. Source: Redis protocol specification.

/** Nested deeper, a reply is taken for garbage. */
const MAX_DEPTH: i32 = 16;

/** The first byte behind the reply at `p`; 0 when the bytes up to `end` are not one. */
export function skipReply(p: usize, end: usize, depth: i32 = MAX_DEPTH): usize {
  if (!depth) return 0;
  const line = lineEnd(p, end);
  if (!line) return 0;
  const kind = load<u8>(p);
  if (kind == 43 || kind == 45) return line + 2;
  if (!isNumber(p + 1, line)) return 0;
  if (kind == 58) return line + 2;
  let count = numberAt(p + 1);
  if (kind == 36) {
    if (load<u8>(p, 1) == 45) return line + 2;
    const after = line + 2 + <usize>count;
    return count <= <i64>(end - line - 2) - 2 && load<u16>(after) == 0x0a0d ? after + 2 : 0;
  }
  if (kind != 42) return 0;
  p = line + 2;
  for (; count > 0 && p; count--) p = skipReply(p, end, depth - 1);
  return p;
}
/** The CR of the line at `p`; 0 when it has none. */
export function lineEnd(p: usize, end: usize): usize {
  for (; p + 1 < end; p++) if (load<u16>(p) == 0x0a0d) return p;
  return 0;
}
/** A sign or none, and up to 19 digits. */
export function isNumber(p: usize, end: usize): bool {
  if (p < end && (load<u8>(p) == 45 || load<u8>(p) == 43)) p++;
  if (p == end || end - p > 19) return false;
  for (; p < end; p++) if (<u32>load<u8>(p) - 48 > 9) return false;
  return true;
}
/** The number at `p`, up to the first byte that is no digit. */
export function numberAt(p: usize): i64 {
  const negative = load<u8>(p) == 45;
  if (negative || load<u8>(p) == 43) p++;
  let n: i64 = 0;
  for (; <u32>load<u8>(p) - 48 < 10; p++) n = n * 10 + (load<u8>(p) - 48);
  return negative ? -n : n;
}
