// What SHA-1, SHA-256 and MD5 share: blocks of 64 bytes, and the padding of the last. One hash at a time.
import { Bytes } from "../bytes/bytes";

// @ts-ignore: decorator
@lazy const BLOCK: usize = memory.data(64);
/** Up to eight words. */
// @ts-ignore: decorator
@lazy const STATE: usize = memory.data(32);
/** The words that MD5 and SHA-1 begin with. */
// @ts-ignore: decorator
@lazy export const FIRST: usize = memory.data<u32>([
  0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0, 0, 0, 0,
]);
let filled: usize = 0;
let total: u64 = 0;

// @ts-ignore: decorator
@inline export function state(i: usize): u32 {
  return load<u32>(STATE + (i << 2));
}
// @ts-ignore: decorator
@inline export function addToState(i: usize, value: u32): void {
  store<u32>(STATE + (i << 2), state(i) + value);
}
/** `first`: the eight words it begins with. */
export function startBlocks(first: usize): void {
  memory.copy(STATE, first, 32);
  filled = 0;
  total = 0;
}
/** The sixteen words of a block, big-endian, at `to`. */
export function readWords(block: usize, to: usize): void {
  for (let i: usize = 0; i < 64; i += 4) store<u32>(to + i, bswap(load<u32>(block + i)));
}
export function addBytes(p: usize, length: usize, compress: (block: usize) => void): void {
  total += length;
  if (filled) {
    const n = min<usize>(64 - filled, length);
    memory.copy(BLOCK + filled, p, n);
    filled += n;
    p += n;
    length -= n;
    if (filled < 64) return;
    compress(BLOCK);
    filled = 0;
  }
  for (; length >= 64; length -= 64, p += 64) compress(p);
  memory.copy(BLOCK, p, length);
  filled = length;
}
/** Pads, and takes the digest of `words` words. */
export function finishBlocks(words: i32, bigEndian: bool, compress: (block: usize) => void): Bytes {
  const bits = total << 3;
  store<u8>(BLOCK + filled++, 0x80);
  if (filled > 56) {
    memory.fill(BLOCK + filled, 0, 64 - filled);
    compress(BLOCK);
    filled = 0;
  }
  memory.fill(BLOCK + filled, 0, 56 - filled);
  store<u64>(BLOCK, bigEndian ? bswap(bits) : bits, 56);
  compress(BLOCK);
  const digest = new ArrayBuffer(words << 2);
  for (let i: usize = 0; i < <usize>words; i++)
    store<u32>(changetype<usize>(digest) + (i << 2), bigEndian ? bswap(state(i)) : state(i));
  return Bytes.wrap(digest);
}
