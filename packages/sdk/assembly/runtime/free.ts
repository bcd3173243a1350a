/** Gives raw memory back; 0 is nothing, which the stub runtime's allocator does not take. */
// @ts-ignore: decorator
@inline export function free(p: usize): void {
  if (ASC_RUNTIME || p) heap.free(p);
}
