// Source: FIPS 180-4, 6.1.
import { Bytes } from "../bytes/bytes";
import { addBytes, finishBlocks, setState, startBlocks, state } from "./blocks";

// @ts-ignore: decorator
@lazy const W: usize = memory.data(320);

function compress(block: usize): void {
  for (let i: usize = 0; i < 16; i++) store<u32>(W + (i << 2), bswap(load<u32>(block + (i << 2))));
  for (let i: usize = 16; i < 80; i++) {
    const w = W + (i << 2);
    store<u32>(
      w,
      rotl<u32>(load<u32>(w - 12) ^ load<u32>(w - 32) ^ load<u32>(w - 56) ^ load<u32>(w - 64), 1),
    );
  }
  let a = state(0);
  let b = state(1);
  let c = state(2);
  let d = state(3);
  let e = state(4);
  for (let i: usize = 0; i < 80; i++) {
    const f = i < 20 ? (b & c) | (~b & d) : i < 40 || i >= 60 ? b ^ c ^ d : (b & c) | (b & d) | (c & d);
    const k: u32 = i < 20 ? 0x5a827999 : i < 40 ? 0x6ed9eba1 : i < 60 ? 0x8f1bbcdc : 0xca62c1d6;
    const sum = rotl<u32>(a, 5) + f + e + k + load<u32>(W + (i << 2));
    e = d;
    d = c;
    c = rotl<u32>(b, 30);
    b = a;
    a = sum;
  }
  setState(0, state(0) + a);
  setState(1, state(1) + b);
  setState(2, state(2) + c);
  setState(3, state(3) + d);
  setState(4, state(4) + e);
}
export function sha1Of(data: Bytes): Bytes {
  setState(0, 0x67452301);
  setState(1, 0xefcdab89);
  setState(2, 0x98badcfe);
  setState(3, 0x10325476);
  setState(4, 0xc3d2e1f0);
  startBlocks();
  addBytes(data.pointer, data.length, compress);
  return finishBlocks(5, true, compress);
}
