// The garbage collector of the minimal runtime, which asks for it between callbacks only: mark and sweep over the heap's blocks. The transform
// puts it in the place of AssemblyScript's own (rt/tcms), whose lists take twice the code. An object's header, as the compiler lays it out:
//
//     info | next to scan | color | class | size | object
//
// An object that has been reached has the color of the present collection, whose bit is the other one at the next. A new one has none, and a
// pinned one both.

import { MANAGED, firstBlock, rightOf, top } from "./heap";
import { HEADER, enter, isScoped, reenter } from "./scope";

// @ts-ignore: decorator
@inline const PINNED: u32 = 3;

/** Of the present collection. */
// @ts-ignore: decorator
@lazy let color: u32 = 1;
/** The last of the headers that have been reached and not been scanned yet. */
// @ts-ignore: decorator
@lazy let reached: usize = 0;

// @ts-ignore: decorator
@inline function colorOf(header: usize): u32 {
  return load<u32>(header, 4);
}
// @ts-ignore: decorator
@inline function setColor(header: usize, value: u32): void {
  store<u32>(header, value, 4);
}
/** Makes an allocation with a header one object's, of a size. */
// @ts-ignore: decorator
@inline function own(header: usize, size: usize): usize {
  store<u8>(header - 4, load<u8>(header - 4) | (<u8>MANAGED));
  store<u32>(header, <u32>size, 12);
  return header + HEADER;
}

/** A new object of a class, with anything in it. */
// @ts-ignore: decorator
@global @unsafe
export function __new(size: usize, id: i32): usize {
  const header = __alloc(size + HEADER);
  setColor(header, 0);
  store<u32>(header, id, 8);
  if (!isScoped) return own(header, size);
  store<u32>(header, <u32>size, 12);
  enter(header);
  return header + HEADER;
}
/** Gives an object another size. It may move. */
// @ts-ignore: decorator
@global @unsafe
export function __renew(object: usize, size: usize): usize {
  if (isScoped) {
    const moved = __new(size, load<u32>(object - HEADER, 8));
    memory.copy(moved, object, min(size, load<u32>(object - HEADER, 12)));
    return moved;
  }
  return own(__realloc(object - HEADER, size + HEADER), size);
}
// @ts-ignore: decorator
@global @unsafe
export function __link(parent: usize, child: usize, expectMultiple: bool): void {}
/** Keeps an object until `__unpin`. 0 is nothing. */
// @ts-ignore: decorator
@global @unsafe
export function __pin(object: usize): usize {
  if (object) setColor(object - HEADER, PINNED);
  return object;
}
// @ts-ignore: decorator
@global @unsafe
export function __unpin(object: usize): void {
  if (!object) return;
  setColor(object - HEADER, 0);
  if (isScoped) reenter(object - HEADER);
}
/** An object has been reached; 0 is nothing. */
// @ts-ignore: decorator
@global @unsafe
export function __visit(object: usize, cookie: i32): void {
  if (!object) return;
  const header = object - HEADER;
  if (colorOf(header) & color) return;
  setColor(header, color);
  store<usize>(header, reached);
  reached = header;
}
/** Frees what cannot be reached from globals and pinned objects; no frame may hold an object. */
// @ts-ignore: decorator
@global @unsafe
export function __collect(): void {
  color ^= PINNED;
  __visit_globals(0);
  for (let sweeps = false; ; sweeps = true) {
    for (let block = firstBlock(); block != top; block = rightOf(block)) {
      if (!(load<usize>(block) & MANAGED)) continue;
      const header = block + 4;
      if (!sweeps) {
        if (colorOf(header) == PINNED) __visit_members(header + HEADER, 0);
      } else if (!(colorOf(header) & color)) {
        if (isDefined(__finalize)) __finalize(header + HEADER);
        __free(header);
      }
    }
    if (sweeps) return;
    while (reached) {
      const header = reached;
      reached = load<usize>(header);
      __visit_members(header + HEADER, 0);
    }
  }
}
