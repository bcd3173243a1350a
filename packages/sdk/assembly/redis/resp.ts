// RESP2 replies, read in place, one at a time. Source: Redis protocol specification.

/** Nested deeper, a reply is taken for garbage. */
const MAX_DEPTH: i32 = 16;

/** Behind the last byte of the reply. Zeros follow. */
let end: usize = 0;
/** What the line holds behind its first byte, as far as it is a sign or none, and digits. */
export let number: i64 = 0;
/** Whether it is nothing else, and the digits are up to 19. */
export let isNumber: bool = false;

/** Makes the bytes the reply that is read; false when they are not one. */
export function beginReply(start: usize, length: usize): bool {
  end = start + length;
  return skipReplies(start, 1) == end;
}
/** The first byte behind so many replies; 0 when the bytes are not so many. */
// @ts-ignore: decorator
@inline export function skipReplies(p: usize, count: u32): usize {
  return skip(p, count, MAX_DEPTH);
}
function skip(p: usize, count: u32, depth: i32): usize {
  for (; count && p; count--) {
    const kind = load<u8>(p);
    const isNull = load<u8>(p, 1) == 45;
    p = readLine(p);
    if (!depth) return 0;
    if (kind == 43 || kind == 45) continue;
    const isList = kind == 42;
    const hasSize = (<u32>isList) | (<u32>(kind == 36));
    // As many digits as are read fit 64 bits, without a sign. A list has no more items than bytes.
    const size = <u64>number;
    if (!((<u32>isNumber) & (hasSize ? (<u32>isNull) | (<u32>(size <= end - p)) : <u32>(kind == 58))))
      return 0;
    if (hasSize > <u32>isNull) {
      if (isList) p = skip(p, <u32>size, depth - 1);
      else {
        p += <usize>size;
        p = load<u16>(p) == 0x0a0d ? p + 2 : 0;
      }
    }
  }
  return p;
}
/** Reads the line at `p`, and returns the first byte behind it; 0 when it has no end. */
export function readLine(p: usize): usize {
  const sign = load<u8>(++p);
  p += <usize>((<u32>(sign == 43)) | (<u32>(sign == 45)));
  const first = p;
  let n: i64 = 0;
  for (let digit: u32; (digit = <u32>load<u8>(p) - 48) < 10; p++) n = n * 10 + digit;
  number = sign == 45 ? -n : n;
  const last = p;
  while ((<u32>(p < end)) & (<u32>(load<u16>(p) != 0x0a0d))) p++;
  isNumber = <bool>((<u32>(p == last)) & (<u32>(p - first - 1 < 19)));
  return p < end ? p + 2 : 0;
}
