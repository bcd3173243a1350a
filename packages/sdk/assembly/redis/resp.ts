// RESP2 replies, read in place, one at a time. Source: Redis protocol specification.

/** Nested deeper, a reply is taken for garbage. */
const MAX_DEPTH: i32 = 16;

/** Behind the last byte of the reply. Zeros follow. */
let end: usize = 0;
/** What the line holds behind its first byte: a sign or none, and up to 19 digits; 0 when it is anything else. */
export let number: i64 = 0;
let isNumber: bool = false;

/** Makes the bytes the reply that is read; false when they are not one. */
export function beginReply(start: usize, length: usize): bool {
  end = start + length;
  return skip(start, MAX_DEPTH) == end;
}
/** The first byte behind a reply that is known to be one. */
export function skipReply(p: usize): usize {
  return skip(p, MAX_DEPTH);
}
/** The first byte behind the reply at `p`; 0 when the bytes are not one. */
function skip(p: usize, depth: i32): usize {
  const line = readLine(p);
  if (!line || !depth) return 0;
  const kind = load<u8>(p);
  const isNull = load<u8>(p, 1) == 45;
  p = line + 2;
  if (kind == 43 || kind == 45) return p;
  if (!isNumber) return 0;
  if (kind == 58) return p;
  // As many digits as are read fit 64 bits, without a sign.
  let count = <u64>number;
  if (kind == 36) {
    if (isNull) return p;
    if (count + 2 > end - p) return 0;
    p += <usize>count;
    return load<u16>(p) == 0x0a0d ? p + 2 : 0;
  }
  if (kind != 42) return 0;
  if (!isNull) for (; count && p; count--) p = skip(p, depth - 1);
  return p;
}
/** Reads the line at `p`: where its CR stands; 0 when it has none. */
export function readLine(p: usize): usize {
  const sign = load<u8>(++p);
  if (sign == 43 || sign == 45) p++;
  const first = p;
  let n: i64 = 0;
  for (let digit: u32; (digit = <u32>load<u8>(p) - 48) < 10; p++) n = n * 10 + digit;
  isNumber = p - first - 1 < 19 && load<u16>(p) == 0x0a0d;
  if (sign == 45) n = -n;
  number = isNumber ? n : 0;
  for (; p + 1 < end; p++) if (load<u16>(p) == 0x0a0d) return p;
  return 0;
}
