// Memory that the host writes. A host function that returns bytes calls `proxy_on_memory_allocate` at most once, and every
// wrapper reads the result before the next host call: one static buffer serves nearly all of them.
import { allocation } from "../runtime/allocation";
import { free } from "../runtime/free";

/** Out parameters of host functions; read at once, nothing is kept here. */
// @ts-ignore: decorator
@external("gateway-link", "memory 12") export declare const OUT: usize;

const STATIC_SIZE: usize = 1024;
const STATIC: usize = memory.data(1028);
/** Bits of the sizes below 256 MiB. No gateway buffers more; refusing (the host call then answers InvalidMemoryAccess) beats trapping on exhausted memory. */
const SIZE_BITS: usize = 28;

let keeping: bool = false;
/** What was written last and did not fit there, until something else does not. */
let block: usize = 0;
let kept: ArrayBuffer | null = null;

/** An ArrayBuffer with a 0 behind its bytes, so that readers of text need not ask where it ends. */
export function makeBuffer(size: usize): usize {
  const buffer = __new(size + 4, idof<ArrayBuffer>());
  store<u32>(buffer + size, 0);
  store<u32>(buffer - 4, <u32>size); // `rtSize` of the runtime's object header
  return buffer;
}
/** `proxy_on_memory_allocate`. There is room for a 0 behind the bytes. Makes no host call: hosts forbid it here. */
export function allocate(size: usize): usize {
  if (size >> SIZE_BITS) return 0;
  if (keeping) {
    kept = changetype<ArrayBuffer>(makeBuffer(size));
    if (isDefined(GATEWAY_HEAP)) allocation.bytes += size;
    return changetype<usize>(kept);
  }
  if (size <= STATIC_SIZE) return STATIC;
  free(block);
  return (block = heap.alloc(size + 1));
}

/** Before a host call: forget what the last one wrote, because hosts leave the out parameters untouched on failure. */
// @ts-ignore: decorator
@inline export function clearOut(): void {
  store<u64>(OUT, 0);
}
// @ts-ignore: decorator
@inline export function hostPointer(): usize {
  return load<usize>(OUT);
}
// @ts-ignore: decorator
@inline export function hostLength(): usize {
  return load<usize>(OUT, sizeof<usize>());
}

/** What the last host call wrote, as a text: pointer and length lie as they do in one. */
// @ts-ignore: decorator
@inline export function hostText(): u64 {
  return load<u64>(OUT);
}

/** The next host call writes into a buffer of the garbage collector, to be taken with `takeKept`. */
export function keepNext(): void {
  keeping = true;
}
/** What the host has written since `keepNext`: null when nothing. */
export function takeKept(): ArrayBuffer | null {
  keeping = false;
  const buffer = kept;
  kept = null;
  return buffer;
}
