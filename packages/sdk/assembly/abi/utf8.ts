// UTF-8 itself, one code point at a time. Source: RFC 3629.

// @ts-ignore: decorator
@inline export function joinSurrogates(high: u32, low: u32): u32 {
  return (high << 10) + low + (0x10000 - (0xd800 << 10) - 0xdc00);
}
/** Writes one code point as UTF-8, U+FFFD for a lone half of a surrogate pair; returns the new end. `lead` 0: one byte, as it is. */
// The bits of `lead` are those that the first byte has no room for.
export function emit(p: usize, c: u32, lead: i32 = -128): usize {
  if (c >> 11 == 27) c = 0xfffd;
  if (c & lead) {
    p = emit(p, c >> 6, (lead | -64) >> 1);
    c = (c & 63) | 128;
  } else c |= lead << 1;
  store<u8>(p, c);
  return p + 1;
}

/** What `sequenceAt` has read. */
export let codePoint: u32 = 0;
/**
 * Bytes of the UTF-8 sequence at `p`, which starts with a byte over 0x7f; 0 when it is not valid (overlong, surrogate, cut off).
 */
export function sequenceAt(p: usize, end: usize): usize {
  let c: u32 = load<u8>(p);
  const n = clz(~(c << 24));
  const last = p + n;
  if (c - 0xc2 > 50 || last > end) return 0;
  c &= 0x7f >> n;
  while (++p < last) {
    const bits: u32 = load<u8>(p) - 128;
    if (bits > 63) return 0;
    c = (c << 6) | bits;
  }
  // A surrogate, beyond Unicode, or a number for which one byte less is enough.
  if (c >> 11 == 27 || c >> 16 > 16 || !(c >> (n * 5 - 4))) return 0;
  codePoint = c;
  return n;
}

/** Where the first byte stands that is not UTF-8; `end` when there is none. */
export function endOfUtf8(p: usize, end: usize): usize {
  while (p < end) {
    const n: usize = load<u8>(p) < 0x80 ? 1 : sequenceAt(p, end);
    if (!n) break;
    p += n;
  }
  return p;
}
