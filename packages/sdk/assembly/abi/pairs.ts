// The header-map codec: u32 count; (u32 name length, u32 value length) for each; then `name NUL value NUL` for each; little-endian.
// Source: proxy-wasm spec, "Serialized maps"; limits: proxy-wasm-cpp-host src/pairs_util.cc.
import { free } from "../runtime/free";
import { Encoded, Rule, decode, encode, encodeText, giveBack, lengthOf, pointerOf } from "./text";

/** More pairs, or more bytes, and a gateway silently takes the map for empty. */
export const MAX_PAIRS: i32 = 1024;
export const MAX_PAIRS_BYTES: usize = 1 << 20;

// Memory of its own, which grows and stays.
let start: usize = 0;
let room: usize = 0;
let lengths: usize = 0;
let end: usize = 0;
let legal: bool = true;

/** Begins a map, in the place of the one before: `count` pairs, whose texts together have at most `bytes` bytes. */
export function startPairs(count: i32, bytes: usize): void {
  const size = <usize>count * 10 + bytes + 4;
  if (size > room) {
    free(start);
    start = heap.alloc(size);
    room = size;
  }
  lengths = start + 4;
  end = lengths + ((<usize>count) << 3);
  legal = count <= MAX_PAIRS;
  store<u32>(start, count);
}
/** `[name, value]`; a code unit takes up to three bytes. */
export function addPair(pair: string[], valueRule: Rule): void {
  addAny(unchecked(pair[0]));
  if (valueRule == Rule.Any) addAny(unchecked(pair[1]));
  else addText(unchecked(pair[1]), valueRule);
}
function addText(text: string, rule: Rule): void {
  const encoded = encode(text, rule);
  if (encoded) putText(encoded);
  else legal = false;
}
/** One text of a pair, whatever it holds. */
export function addAny(text: string): void {
  putText(encodeText(text));
}
function putText(text: Encoded): void {
  addEncoded(text);
  giveBack(text);
}
function addBytes(p: usize, length: usize): void {
  memory.copy(end, p, length);
  endText(end + length);
}
export function addEncoded(text: Encoded): void {
  addBytes(pointerOf(text), lengthOf(text));
}
/** A name and a value. */
export function add(name: Encoded, value: Encoded): void {
  addEncoded(name);
  addEncoded(value);
}
/** A path, which gets its slash when it has none. */
export function addPath(p: usize, last: usize): void {
  store<u8>(end, 47);
  const at = end + <usize>((p == last) | (load<u8>(p) != 47));
  memory.copy(at, p, last - p);
  endText(at + last - p);
}
function endText(after: usize): void {
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
  return legal && length <= MAX_PAIRS_BYTES ? length : 0;
}

/** Decodes a map that a host wrote: the pairs up to the first that does not lie within it. */
export function decodePairs(p: usize, length: usize): string[][] {
  const pairs: string[][] = [];
  const end = p + length;
  let sizes = p + 4;
  // Whatever stands there: these lengths do not wrap around in 64 bits.
  const texts = <u64>sizes + ((<u64>load<u32>(p)) << 3);
  if (length < 4 || texts > end) return pairs;
  const last = <usize>texts;
  for (let at = last; sizes < last; sizes += 8) {
    const name = <usize>load<u32>(sizes);
    const value = <usize>load<u32>(sizes, 4);
    if (<u64>at + name + value + 2 > end) break;
    pairs.push([decode(at, name), decode(at + name + 1, value)]);
    at += name + value + 2;
  }
  return pairs;
}
