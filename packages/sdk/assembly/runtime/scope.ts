// Objects without a garbage collector: what a callback has made is freed when the outermost callback is over, unless it is pinned, and what the
// reading of a configuration has made when its root context goes. The link step chooses this where no object that lives longer can point to one
// that does not (transform/link/scopes.ts); the minimal runtime only. An object's header, as in collector.ts:
//
//     info | the object made before | pinned | class | size | object

/** From the start of an allocation to its object. */
// @ts-ignore: decorator
@inline export const HEADER: usize = 16;
/** Behind the first object. */
// @ts-ignore: decorator
@inline const END: usize = 1;
/** In that place of an object whose callback was over while it was pinned. One that the top level has made has neither, and stays. */
// @ts-ignore: decorator
@inline const LEFT: usize = 2;

/** No program sets it. */
export let isScoped: bool = false;
let newest: usize = END;

/** The running callback answers for an object. */
export function enter(header: usize): void {
  store<usize>(header, newest);
  newest = header;
}
/** The same for one that is pinned no longer. */
export function reenter(header: usize): void {
  if (load<usize>(header) == LEFT) enter(header);
}
/** What has been made so far stays, until it is given to `freeObjects`. */
export function keepObjects(): usize {
  const objects = newest;
  newest = END;
  return objects;
}
/** Raw memory that goes with the objects made beside it. Where a collector answers for those, the caller frees it. */
// @ts-ignore: decorator
@inline export function allocBeside(size: usize): usize {
  return isScoped ? __new(size, 0) : heap.alloc(size);
}
/** Frees those that are not pinned. */
export function freeObjects(header: usize): void {
  while (header != END) {
    const before = load<usize>(header);
    if (load<u32>(header, 4)) store<usize>(header, LEFT);
    else heap.free(header);
    header = before;
  }
}
