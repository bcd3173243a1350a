// `__alloc`, `__realloc` and `__free`, which `heap`, the garbage collectors and the host's writes stand on. The transform puts them in the
// place of AssemblyScript's own (rt/tlsf).
//
//     info | payload ...  info | payload ...
//          ^ multiple of 16
//
// Blocks lie side by side from `firstBlock()` to `top`. A block's info is its payload's size, 16 n + 12, with two tags in its low bits, as
// AssemblyScript's collectors expect it. Blocks have one of four sizes between two powers of two, at most a quarter more than was asked for, and a
// bin holds the free ones of one size: the next one is in the first word of the payload. A block stays of its size for ever, so an
// allocation is the first of a bin or a piece of new memory, and takes no longer because there are many blocks. Memory is what each size has had at
// once at most; no heap that leaves blocks where they are can promise much less (Robson 1971).

import { allocation } from "./allocation";
import { isScoped } from "./scope";

/** In an info: the garbage collector owns the block. */
// @ts-ignore: decorator
@inline export const MANAGED: usize = 2;
// @ts-ignore: decorator
@inline const TAGS: usize = 3;
/** What stands for an info at `top`: no byte behind a block is 0 unless it is the block's own, which readers of terminated text rely on. */
// @ts-ignore: decorator
@inline const NOTHING: usize = 12;

// A bin's place is a size as a double has it: exponent and the first two bits behind the point. 16 is the smallest.
// @ts-ignore: decorator
@inline const SHIFT: u64 = 50;
/** Addresses of the first free payload of each size. */
// @ts-ignore: decorator
@lazy const BINS: usize = memory.data(512);
// @ts-ignore: decorator
@inline function bins(): usize {
  return BINS - ((1023 + 4) << 4);
}

/** Behind the last block. */
// @ts-ignore: decorator
@lazy export let top: usize = firstBlock();
/** Where the memory ends, as far as the heap knows. */
// @ts-ignore: decorator
@lazy let limit: usize = firstLimit();

// @ts-ignore: decorator
@inline export function firstBlock(): usize {
  return ((__heap_base + 19) & ~15) - 4;
}
function firstLimit(): usize {
  if (firstBlock() + 4 > (<usize>memory.size()) << 16) memory.grow(1);
  return (<usize>memory.size()) << 16;
}

/** The bin of the smallest blocks that have room for a payload. */
function binFor(payload: usize): usize {
  const number = <usize>(reinterpret<u64>(<f64>((payload + 3) | 15)) >> SHIFT) + 1;
  return (number << 2) + bins();
}
/** Moves `top` on by a block of a bin, for which memory grows when it must, and by no more than that. */
// @ts-ignore: decorator
@inline function extend(bin: usize): usize {
  const size = <usize>reinterpret<f64>((<u64>((bin - bins()) >> 2)) << SHIFT);
  const block = top;
  const room = limit - block;
  if (size >= room) {
    // Pages that were grown elsewhere are somebody's, and the heap is one piece.
    if ((<usize>memory.grow(<i32>((size - room) >> 16) + 1)) << 16 != limit)
      throw new Error("out of memory, or memory.grow was called");
    limit = (<usize>memory.size()) << 16;
  }
  store<usize>(block, size - 4);
  top = block + size;
  store<usize>(top, NOTHING);
  return block + 4;
}

/** At least `size` bytes, at a multiple of 16, with anything in them. Traps when there is no memory, and from 1 GiB on. */
// @ts-ignore: decorator
@global @unsafe
export function __alloc(size: usize): usize {
  if (size >> 30) throw new Error("Allocation too large");
  if (ASC_RUNTIME == 1) allocation.bytes += size;
  const bin = binFor(size);
  const ptr = load<usize>(bin);
  if (!ptr) return extend(bin);
  store<usize>(bin, load<usize>(ptr));
  return ptr;
}
/** Gives a block another size, where it lies if it is large enough. Static data is copied. */
// @ts-ignore: decorator
@global @unsafe
export function __realloc(ptr: usize, size: usize): usize {
  const present = load<usize>(ptr - 4) & ~TAGS;
  if (ptr >= __heap_base && size <= present) return ptr;
  const moved = __alloc(size);
  memory.copy(moved, ptr, min(size, present));
  __free(ptr);
  return moved;
}
/** Gives a block back. Static data stays, and 0 is nothing. */
// @ts-ignore: decorator
@global @unsafe
export function __free(ptr: usize): void {
  if (ptr < __heap_base) return;
  let payload = load<usize>(ptr - 4);
  // Nobody sets tags where objects need no collector.
  if (!isScoped) {
    payload &= ~TAGS;
    store<usize>(ptr - 4, payload);
  }
  const bin = binFor(payload);
  store<usize>(ptr, load<usize>(bin));
  store<usize>(bin, ptr);
}
/** The block behind a block. */
// @ts-ignore: decorator
@inline export function rightOf(block: usize): usize {
  return block + (load<usize>(block) & ~TAGS) + 4;
}
