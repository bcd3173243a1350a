// The header-map codec: u32 count; (u32 name length, u32 value length) for each; then `name NUL value NUL` for each; little-endian.
// Source: proxy-wasm spec, "Serialized maps"; limits: proxy-wasm-cpp-host src/pairs_util.cc.
import { Rule, decode, reserve, write } from "./text";

/** More pairs, or more bytes, and a gateway silently takes the map for empty. */
export const MAX_PAIRS: i32 = 1024;
export const MAX_PAIRS_BYTES: usize = 1 << 20;

let start: usize = 0;
let lengths: usize = 0;
let end: usize = 0;
let legal: bool = true;

/** Begins a map in scratch memory: at most `count` pairs, whose texts together have `units` UTF-16 code units. */
export function startPairs(count: i32, units: i32): void {
  start = reserve(4 + <usize>count * 10 + <usize>units * 3);
  lengths = start + 4;
  end = lengths + ((<usize>count) << 3);
  legal = true;
  store<u32>(start, count);
}
export function addPair(name: string, nameRule: Rule, value: string, valueRule: Rule): void {
  addText(name, nameRule);
  addText(value, valueRule);
}
function addText(text: string, rule: Rule): void {
  const after = write(text, rule, end);
  // A rule other than Any wants at least one byte of a name; values may be empty.
  if (!after || (rule == Rule.Token && after == end)) {
    legal = false;
    return;
  }
  store<u32>(lengths, <u32>(after - end));
  lengths += 4;
  store<u8>(after, 0);
  end = after + 1;
}
// @ts-ignore: decorator
@inline export function pairsPointer(): usize {
  return start;
}
/** Bytes of the map; 0 when a text broke its rule or the map is larger than hosts accept. */
export function pairsLength(): usize {
  const length = end - start;
  return legal && length <= MAX_PAIRS_BYTES && <i32>load<u32>(start) <= MAX_PAIRS ? length : 0;
}

/** Decodes a map that a host wrote. */
export function decodePairs(p: usize, length: usize): string[][] {
  const pairs: string[][] = [];
  if (length < 4) return pairs;
  const count = load<u32>(p);
  let at = p + 4 + ((<usize>count) << 3);
  for (let i: u32 = 0; i < count; i++) {
    const sizes = p + 4 + ((<usize>i) << 3);
    const name = <usize>load<u32>(sizes);
    const value = <usize>load<u32>(sizes, 4);
    if (at + name + value + 2 > p + length) break;
    pairs.push([decode(at, name), decode(at + name + 1, value)]);
    at += name + value + 2;
  }
  return pairs;
}
