// Source: RFC 1321.
import { Bytes } from "../bytes/bytes";
import { FIRST, addBytes, addToState, finishBlocks, startBlocks, state } from "./blocks";

// @ts-ignore: decorator
@lazy const T: usize = memory.data<u32>([
  0xd76aa478, 0xe8c7b756, 0x242070db, 0xc1bdceee, 0xf57c0faf, 0x4787c62a, 0xa8304613, 0xfd469501, 0x698098d8,
  0x8b44f7af, 0xffff5bb1, 0x895cd7be, 0x6b901122, 0xfd987193, 0xa679438e, 0x49b40821, 0xf61e2562, 0xc040b340,
  0x265e5a51, 0xe9b6c7aa, 0xd62f105d, 0x02441453, 0xd8a1e681, 0xe7d3fbc8, 0x21e1cde6, 0xc33707d6, 0xf4d50d87,
  0x455a14ed, 0xa9e3e905, 0xfcefa3f8, 0x676f02d9, 0x8d2a4c8a, 0xfffa3942, 0x8771f681, 0x6d9d6122, 0xfde5380c,
  0xa4beea44, 0x4bdecfa9, 0xf6bb4b60, 0xbebfbc70, 0x289b7ec6, 0xeaa127fa, 0xd4ef3085, 0x04881d05, 0xd9d4d039,
  0xe6db99e5, 0x1fa27cf8, 0xc4ac5665, 0xf4292244, 0x432aff97, 0xab9423a7, 0xfc93a039, 0x655b59c3, 0x8f0ccc92,
  0xffeff47d, 0x85845dd1, 0x6fa87e4f, 0xfe2ce6e0, 0xa3014314, 0x4e0811a1, 0xf7537e82, 0xbd3af235, 0x2ad7d2bb,
  0xeb86d391,
]);
// @ts-ignore: decorator
@lazy const SHIFTS: usize = memory.data<u8>([7, 12, 17, 22, 5, 9, 14, 20, 4, 11, 16, 23, 6, 10, 15, 21]);

function compress(block: usize): void {
  let a = state(0);
  let b = state(1);
  let c = state(2);
  let d = state(3);
  for (let i: u32 = 0; i < 64; i++) {
    const round = i >> 4;
    const f =
      round == 0
        ? (b & c) | (~b & d)
        : round == 1
          ? (d & b) | (~d & c)
          : round == 2
            ? b ^ c ^ d
            : c ^ (b | ~d);
    const word = round == 0 ? i : round == 1 ? 5 * i + 1 : round == 2 ? 3 * i + 5 : 7 * i;
    const sum = a + f + load<u32>(T + (i << 2)) + load<u32>(block + ((word & 15) << 2));
    a = d;
    d = c;
    c = b;
    b += rotl<u32>(sum, load<u8>(SHIFTS + (round << 2) + (i & 3)));
  }
  addToState(0, a);
  addToState(1, b);
  addToState(2, c);
  addToState(3, d);
}
export function md5Of(data: Bytes): Bytes {
  startBlocks(FIRST);
  addBytes(data.pointer, data.length, compress);
  return finishBlocks(4, false, compress);
}
