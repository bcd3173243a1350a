// Source: FIPS 180-4, 6.1.
import { Bytes } from "../bytes/bytes";
import { FIRST, addBytes, addToState, finishBlocks, readWords, startBlocks, state } from "./blocks";

// @ts-ignore: decorator
@lazy const W: usize = memory.data(320);

function compress(block: usize): void {
  readWords(block, W);
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
  addToState(0, a);
  addToState(1, b);
  addToState(2, c);
  addToState(3, d);
  addToState(4, e);
}
export function sha1Of(data: Bytes): Bytes {
  startBlocks(FIRST);
  addBytes(data.pointer, data.length, compress);
  return finishBlocks(5, true, compress);
}
