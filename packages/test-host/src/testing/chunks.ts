/** Cuts bytes into pieces of one byte and more, at places that the seed chooses; the same seed cuts alike everywhere. */
export function cutBySeed(bytes: Uint8Array, seed: number): Uint8Array[] {
  const next = randomNumbers(seed);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < bytes.length;) {
    // Mostly small pieces: boundaries inside words are what goes wrong.
    const size = 1 + Math.floor(next() ** 3 * Math.max(16, bytes.length / 2));
    pieces.push(bytes.subarray(at, at + size));
    at += size;
  }
  return pieces;
}

/** Mulberry32: numbers from 0 to below 1. */
function randomNumbers(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
