// What the transform puts in the place of AssemblyScript's own where strings hold UTF-8: these only copy and compare bytes.
import { same } from "./text";

// @ts-ignore: decorator
@inline function sizeAt(text: usize): usize {
  return load<u32>(text - 4);
}
/** `==`; either may be null. */
export function equalStrings(a: usize, b: usize): bool {
  if (a == b) return true;
  if (!a || !b) return false;
  const size = sizeAt(a);
  return size == sizeAt(b) && same(a, b, size);
}
/** `+` */
export function joinTwo(a: usize, b: usize): usize {
  const size = sizeAt(a);
  const both = __new(size + sizeAt(b), idof<string>());
  memory.copy(both, a, size);
  memory.copy(both + size, b, sizeAt(b));
  return both;
}
/** `join`, of places in memory that hold strings or null. */
export function joinAll(list: usize, count: i32, separator: usize): usize {
  let size: usize = 0;
  for (let i = 0; i < count; i++) size += sizeOf(list, i) + (i ? sizeAt(separator) : 0);
  const all = __new(size, idof<string>());
  let p = all;
  for (let i = 0; i < count; i++) {
    if (i) {
      memory.copy(p, separator, sizeAt(separator));
      p += sizeAt(separator);
    }
    memory.copy(p, load<usize>(list + (i << 2)), sizeOf(list, i));
    p += sizeOf(list, i);
  }
  return all;
}
function sizeOf(list: usize, i: i32): usize {
  const text = load<usize>(list + (i << 2));
  return text ? sizeAt(text) : 0;
}
