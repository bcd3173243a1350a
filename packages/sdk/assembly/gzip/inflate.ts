// DEFLATE, decoded. Source: RFC 1951; after Mark Adler's puff.c.
import { Bytes } from "../bytes/bytes";
import { ByteSink } from "../bytes/sink";

// Counts of codes of each length, then symbols in the order of their codes; 16-bit numbers.
// @ts-ignore: decorator
@lazy const LENGTHS: usize = memory.data(320);
// @ts-ignore: decorator
@lazy const LITERAL_COUNTS: usize = memory.data(32);
// @ts-ignore: decorator
@lazy const LITERAL_SYMBOLS: usize = memory.data(576);
// @ts-ignore: decorator
@lazy const DISTANCE_COUNTS: usize = memory.data(32);
// @ts-ignore: decorator
@lazy const DISTANCE_SYMBOLS: usize = memory.data(64);
// @ts-ignore: decorator
@lazy const OFFSETS: usize = memory.data(32);
// @ts-ignore: decorator
@lazy const ORDER: usize = memory.data<u8>([
  16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
]);
// @ts-ignore: decorator
@lazy const LENGTH_BASE: usize = memory.data<u16>([
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195,
  227, 258,
]);
// @ts-ignore: decorator
@lazy const LENGTH_EXTRA: usize = memory.data<u8>([
  0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
]);
// @ts-ignore: decorator
@lazy const DISTANCE_BASE: usize = memory.data<u16>([
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097,
  6145, 8193, 12289, 16385, 24577,
]);

export const enum Outcome {
  Done,
  /** Not DEFLATE, or cut off. */
  Corrupt,
  TooLarge,
}

let at: usize = 0;
let end: usize = 0;
let bits: u32 = 0;
let bitCount: u32 = 0;
let failed: bool = false;
/** What was in the sink before: bytes of another member. */
let before: i32 = 0;

/** Where the compressed bytes ended. */
export function inflatedUpTo(): usize {
  return at;
}
/** Decodes from `from` to at most `to`, and puts what comes out into the sink, which then holds at most `maxBytes`. */
export function inflate(from: usize, to: usize, sink: ByteSink, maxBytes: i32): Outcome {
  at = from;
  before = sink.length;
  end = to;
  bits = bitCount = 0;
  failed = false;
  for (;;) {
    const last = take(1);
    const kind = take(2);
    let outcome: Outcome = Outcome.Corrupt;
    if (kind == 0) outcome = stored(sink, maxBytes);
    else if (kind == 1) {
      fixedCodes();
      outcome = compressed(sink, maxBytes);
    } else if (kind == 2 && dynamicCodes()) outcome = compressed(sink, maxBytes);
    if (failed) return Outcome.Corrupt;
    if (outcome != Outcome.Done || last) return outcome;
  }
  return Outcome.Corrupt;
}
function take(count: u32): u32 {
  while (bitCount < count) {
    if (at == end) {
      failed = true;
      return 0;
    }
    bits |= (<u32>load<u8>(at++)) << bitCount;
    bitCount += 8;
  }
  const value = bits & ((1 << count) - 1);
  bits >>= count;
  bitCount -= count;
  return value;
}
function stored(sink: ByteSink, maxBytes: i32): Outcome {
  bits = bitCount = 0;
  if (end - at < 4) return Outcome.Corrupt;
  const length = <i32>load<u16>(at);
  if (<u16>length != <u16>~load<u16>(at, 2)) return Outcome.Corrupt;
  at += 4;
  if (end - at < <usize>length) return Outcome.Corrupt;
  if (sink.length + length > maxBytes) return Outcome.TooLarge;
  sink.memory(at, length);
  at += length;
  return Outcome.Done;
}
/** Makes the tables of a code from the lengths of `n` symbols. 0: complete; positive: some codes stand for nothing; negative: over-full. */
function construct(counts: usize, symbols: usize, lengths: usize, n: i32): i32 {
  memory.fill(counts, 0, 32);
  for (let i = 0; i < n; i++) {
    const place = counts + ((<usize>load<u8>(lengths + i)) << 1);
    store<u16>(place, load<u16>(place) + 1);
  }
  if (<i32>load<u16>(counts) == n) return 0;
  let left = 1;
  for (let length: usize = 1; length < 16; length++) {
    left = (left << 1) - <i32>load<u16>(counts + (length << 1));
    if (left < 0) return left;
  }
  store<u16>(OFFSETS, 0, 2);
  for (let length: usize = 1; length < 15; length++) {
    const place = length << 1;
    store<u16>(OFFSETS + place, load<u16>(OFFSETS + place) + load<u16>(counts + place), 2);
  }
  for (let symbol = 0; symbol < n; symbol++) {
    const length = <usize>load<u8>(lengths + symbol);
    if (!length) continue;
    const place = OFFSETS + (length << 1);
    const offset = load<u16>(place);
    store<u16>(symbols + ((<usize>offset) << 1), symbol);
    store<u16>(place, offset + 1);
  }
  return left;
}
function decode(counts: usize, symbols: usize): i32 {
  let code = 0;
  let first = 0;
  let index = 0;
  for (let length: usize = 1; length < 16; length++) {
    code |= take(1);
    if (failed) return -1;
    const count = <i32>load<u16>(counts + (length << 1));
    if (code - count < first) return load<u16>(symbols + ((<usize>(index + code - first)) << 1));
    index += count;
    first = (first + count) << 1;
    code <<= 1;
  }
  return -1;
}
function fixedCodes(): void {
  memory.fill(LENGTHS, 8, 144);
  memory.fill(LENGTHS + 144, 9, 112);
  memory.fill(LENGTHS + 256, 7, 24);
  memory.fill(LENGTHS + 280, 8, 8);
  construct(LITERAL_COUNTS, LITERAL_SYMBOLS, LENGTHS, 288);
  memory.fill(LENGTHS, 5, 30);
  construct(DISTANCE_COUNTS, DISTANCE_SYMBOLS, LENGTHS, 30);
}
function dynamicCodes(): bool {
  const literals = <i32>take(5) + 257;
  const distances = <i32>take(5) + 1;
  const codes = <i32>take(4) + 4;
  if (failed || literals > 286 || distances > 30) return false;
  memory.fill(LENGTHS, 0, 19);
  for (let i = 0; i < codes; i++) store<u8>(LENGTHS + load<u8>(ORDER + i), take(3));
  if (construct(LITERAL_COUNTS, LITERAL_SYMBOLS, LENGTHS, 19) != 0) return false;
  let i = 0;
  while (i < literals + distances) {
    const symbol = decode(LITERAL_COUNTS, LITERAL_SYMBOLS);
    if (symbol < 0) return false;
    if (symbol < 16) {
      store<u8>(LENGTHS + i++, symbol);
      continue;
    }
    if (symbol == 16 && !i) return false;
    const value = symbol == 16 ? load<u8>(LENGTHS + i - 1) : 0;
    const times = symbol == 16 ? 3 + <i32>take(2) : symbol == 17 ? 3 + <i32>take(3) : 11 + <i32>take(7);
    if (i + times > literals + distances) return false;
    memory.fill(LENGTHS + i, value, times);
    i += times;
  }
  // Without an end-of-block code no block ends.
  if (!load<u8>(LENGTHS, 256)) return false;
  const literalsLeft = construct(LITERAL_COUNTS, LITERAL_SYMBOLS, LENGTHS, literals);
  if (literalsLeft && (literalsLeft < 0 || literals != codesOfOne(LITERAL_COUNTS))) return false;
  const left = construct(DISTANCE_COUNTS, DISTANCE_SYMBOLS, LENGTHS + literals, distances);
  return !left || (left > 0 && distances == codesOfOne(DISTANCE_COUNTS));
}
/** Symbols without a code, or with one of a single bit: a code may be incomplete only when it has a single symbol. */
function codesOfOne(counts: usize): i32 {
  return <i32>load<u16>(counts) + <i32>load<u16>(counts, 2);
}
function compressed(sink: ByteSink, maxBytes: i32): Outcome {
  for (;;) {
    const symbol = decode(LITERAL_COUNTS, LITERAL_SYMBOLS);
    if (symbol < 0) return Outcome.Corrupt;
    if (symbol == 256) return Outcome.Done;
    if (symbol < 256) {
      if (sink.length >= maxBytes) return Outcome.TooLarge;
      sink.byte(symbol);
      continue;
    }
    const l = symbol - 257;
    if (l > 28) return Outcome.Corrupt;
    const length = <i32>load<u16>(LENGTH_BASE + (l << 1)) + <i32>take(load<u8>(LENGTH_EXTRA + l));
    const d = decode(DISTANCE_COUNTS, DISTANCE_SYMBOLS);
    if (d < 0 || d > 29) return Outcome.Corrupt;
    const distance = <i32>load<u16>(DISTANCE_BASE + (d << 1)) + <i32>take(d < 2 ? 0 : (d >> 1) - 1);
    if (failed || distance > sink.length - before) return Outcome.Corrupt;
    if (sink.length + length > maxBytes) return Outcome.TooLarge;
    sink.repeat(distance, length);
  }
  return Outcome.Corrupt;
}
