// `__alloc`, `__realloc` and `__free`, which `heap`, both garbage collectors and the host's writes stand on. The transform puts them in the
// place of AssemblyScript's own (rt/tlsf), which do the same in three times the code; the collectors are AssemblyScript's.
//
//     ... | left's last word | info | payload ...  last word | info | payload ...
//         ^ block                   ^ multiple of 16  ^ right
//
// Blocks lie side by side from `__heap_base` to `top`; what lies behind `top` holds nothing. A block's info is its payload's size, 16 n + 12,
// with two tags in its low bits, as the collectors expect it. A free block has the next one of its bin in the first word of its payload, the
// one before (or the bin) in the second, and its own address in the last, where the block on its right finds it. A block's address is that
// of the word before its info. Free blocks never lie side by side, and none lies before `top`: freeing joins them.
//
// A bin holds the free blocks whose size has the same highest bit. Any block of a larger bin is large enough; in its own bin an allocation looks
// at a few. So no step depends on how many blocks there are.

import { allocation } from "./allocation";

// @ts-ignore: decorator
@inline const FREE: usize = 1;
/** The block on the left is free. */
// @ts-ignore: decorator
@inline const LEFT_FREE: usize = 2;
// @ts-ignore: decorator
@inline const TAGS: usize = FREE | LEFT_FREE;
/** The largest payload; AssemblyScript's limit, too. */
// @ts-ignore: decorator
@inline const MAX_SIZE: usize = (1 << 30) - 4;
/** How many blocks of its own bin an allocation looks at; more would save little memory. */
// @ts-ignore: decorator
@inline const TRIES: i32 = 4;
/** What stands for an info at `top`: no byte behind a block is 0 unless it is the block's own, which readers of terminated text rely on. */
// @ts-ignore: decorator
@inline const NOTHING: usize = 12;

/** The first block of each bin, by leading zeros of the size; read like a block's next one. */
// @ts-ignore: decorator
@lazy const BINS: usize = memory.data(128);
// @ts-ignore: decorator
@lazy let top: usize = firstBlock();
/** As far as `top` may go: its info is the last word of the memory. */
// @ts-ignore: decorator
@lazy let limit: usize = firstLimit();

// @ts-ignore: decorator
@inline function firstBlock(): usize {
  return ((__heap_base + 23) & ~15) - 8;
}
function firstLimit(): usize {
  if (firstBlock() + 8 > (<usize>memory.size()) << 16) memory.grow(1);
  return ((<usize>memory.size()) << 16) - 8;
}

// @ts-ignore: decorator
@inline function infoOf(block: usize): usize {
  return load<usize>(block, 4);
}
// @ts-ignore: decorator
@inline function setInfo(block: usize, info: usize): void {
  store<usize>(block, info, 4);
}
// @ts-ignore: decorator
@inline function nextOf(block: usize): usize {
  return load<usize>(block, 8);
}
// @ts-ignore: decorator
@inline function setNext(block: usize, next: usize): void {
  store<usize>(block, next, 8);
}
// @ts-ignore: decorator
@inline function setPrevious(block: usize, previous: usize): void {
  store<usize>(block, previous, 12);
}
// @ts-ignore: decorator
@inline function binOf(info: usize): usize {
  return BINS + (clz(info) << 2);
}
// @ts-ignore: decorator
@inline function payloadFor(size: usize): usize {
  if (size > MAX_SIZE) throw new Error("Allocation too large");
  return ((size + 19) & ~15) - 4;
}

/** Takes a free block out of its bin. */
function unlink(block: usize): void {
  const previous = load<usize>(block, 12);
  const next = nextOf(block);
  setNext(previous, next);
  if (next) setPrevious(next, previous);
}
/** Makes a free block a used one, and returns the block on its right. */
function claim(block: usize): usize {
  unlink(block);
  const right = block + infoOf(block) + (4 - FREE);
  setInfo(right, infoOf(right) - LEFT_FREE);
  return right;
}
/** Moves `top` on by a block, for which memory grows when it must, and by no more than that. Returns the block; its info is the caller's to set. */
function extend(payload: usize): usize {
  const block = top;
  const room = limit - block;
  if (payload >= room) {
    const pages = ((payload - room) >> 16) + 1;
    // Pages that were grown elsewhere are somebody's, and the heap is one piece.
    if (memory.grow(<i32>pages) != <i32>((limit + 8) >> 16))
      throw new Error("out of memory, or memory.grow was called");
    limit += pages << 16;
  }
  top = block + payload + 4;
  setInfo(top, NOTHING);
  return block;
}
/** Ends a used block at `end`; what was behind, as far as `right`, is freed. */
// @ts-ignore: decorator
@inline function cut(end: usize, right: usize): void {
  if (end == right) return;
  setInfo(end, right - end - 4);
  __free(end + 8);
}
/** Whether there is a used block, as far as one can tell. */
// @ts-ignore: decorator
@inline function isUsed(ptr: usize, info: usize): bool {
  return !((ptr & 15) | (info & FREE));
}

/** At least `size` bytes, at a multiple of 16, with anything in them. Traps when there is no memory, and for more than 1 GiB. */
// @ts-ignore: decorator
@global @unsafe
export function __alloc(size: usize): usize {
  const payload = payloadFor(size);
  let bin = binOf(payload);
  let block = bin;
  let tries = TRIES;
  for (;;) {
    if (bin < BINS) {
      block = extend(payload);
      break;
    }
    block = nextOf(block);
    if (block) {
      if (infoOf(block) >= payload) {
        cut(block + payload + 4, claim(block));
        break;
      }
      if (--tries) continue;
    }
    block = bin -= 4;
  }
  setInfo(block, payload);
  if (ASC_RUNTIME == 1) allocation.bytes += payload;
  return block + 8;
}
/** Gives a block another size, where it lies if there is room behind it. Static data is copied. */
// @ts-ignore: decorator
@global @unsafe
export function __realloc(ptr: usize, size: usize): usize {
  const info = infoOf(ptr - 8);
  assert(isUsed(ptr, info));
  if (ptr >= __heap_base) {
    const payload = payloadFor(size);
    const end = ptr + payload - 4;
    let right = ptr + (info & ~TAGS) - 4;
    if (end > right) {
      if (right == top) {
        extend(end - right - 4);
        right = end;
      } else {
        const rightInfo = infoOf(right);
        if (rightInfo & FREE && right + rightInfo >= end) right = claim(right);
      }
    }
    if (end <= right) {
      setInfo(ptr - 8, payload | (info & TAGS));
      cut(end, right);
      return ptr;
    }
  }
  const moved = __alloc(size);
  memory.copy(moved, ptr, min(size, info & ~TAGS));
  __free(ptr);
  return moved;
}
/** Gives a block back. Static data stays, and 0 is nothing. */
// @ts-ignore: decorator
@global @unsafe
export function __free(ptr: usize): void {
  if (ptr < __heap_base) return;
  let block = ptr - 8;
  let info = infoOf(block);
  assert(isUsed(ptr, info));
  let right = ptr + (info & ~TAGS) - 4;
  if (info & LEFT_FREE) unlink((block = load<usize>(block)));
  if (right == top) {
    top = block;
    return;
  }
  info = infoOf(right);
  if (info & FREE) {
    unlink(right);
    right += info + (4 - FREE);
  }
  info = right - block - (4 - FREE);
  setInfo(block, info);
  store<usize>(right, block);
  setInfo(right, infoOf(right) | LEFT_FREE);
  const bin = binOf(info);
  const next = nextOf(bin);
  setNext(block, next);
  setPrevious(block, bin);
  if (next) setPrevious(next, block);
  setNext(bin, block);
}
