// Source: FIPS 180-4, 6.2.
import { Bytes } from "../bytes/bytes";
import { addBytes, addToState, finishBlocks, readWords, startBlocks, state } from "./blocks";

// @ts-ignore: decorator
@lazy const K: usize = memory.data<u32>([
  0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5, 0xd807aa98,
  0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174, 0xe49b69c1, 0xefbe4786,
  0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da, 0x983e5152, 0xa831c66d, 0xb00327c8,
  0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967, 0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13,
  0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85, 0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819,
  0xd6990624, 0xf40e3585, 0x106aa070, 0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a,
  0x5b9cca4f, 0x682e6ff3, 0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7,
  0xc67178f2,
]);
// @ts-ignore: decorator
@lazy const H: usize = memory.data<u32>([
  0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]);
// @ts-ignore: decorator
@lazy const W: usize = memory.data(256);

function compress(block: usize): void {
  readWords(block, W);
  for (let i: usize = 16; i < 64; i++) {
    const w = W + (i << 2);
    const a = load<u32>(w - 60);
    const b = load<u32>(w - 8);
    const s0 = rotr<u32>(a, 7) ^ rotr<u32>(a, 18) ^ (a >> 3);
    const s1 = rotr<u32>(b, 17) ^ rotr<u32>(b, 19) ^ (b >> 10);
    store<u32>(w, load<u32>(w - 64) + s0 + load<u32>(w - 28) + s1);
  }
  let a = state(0);
  let b = state(1);
  let c = state(2);
  let d = state(3);
  let e = state(4);
  let f = state(5);
  let g = state(6);
  let h = state(7);
  for (let i: usize = 0; i < 64; i++) {
    const t1 =
      h +
      (rotr<u32>(e, 6) ^ rotr<u32>(e, 11) ^ rotr<u32>(e, 25)) +
      ((e & f) ^ (~e & g)) +
      load<u32>(K + (i << 2)) +
      load<u32>(W + (i << 2));
    const t2 = (rotr<u32>(a, 2) ^ rotr<u32>(a, 13) ^ rotr<u32>(a, 22)) + ((a & b) ^ (a & c) ^ (b & c));
    h = g;
    g = f;
    f = e;
    e = d + t1;
    d = c;
    c = b;
    b = a;
    a = t1 + t2;
  }
  addToState(0, a);
  addToState(1, b);
  addToState(2, c);
  addToState(3, d);
  addToState(4, e);
  addToState(5, f);
  addToState(6, g);
  addToState(7, h);
}
export function startSha256(): void {
  startBlocks(H);
}
export function addSha256(p: usize, length: usize): void {
  addBytes(p, length, compress);
}
export function finishSha256(): Bytes {
  return finishBlocks(8, true, compress);
}
export function sha256Of(data: Bytes): Bytes {
  startSha256();
  addSha256(data.pointer, data.length);
  return finishSha256();
}
