// What is put together piece by piece while an author's expressions run between the pieces: a command for Redis, the headers of an answer.
// Those expressions may call the gateway, which scratch memory does not outlive; so it has memory of its own, which grows and stays.
import { free } from "../runtime/free";
import { Encoded, lengthOf, pointerOf } from "./text";

/** In front of the first byte. */
const FRONT: usize = 16;
/** Bytes behind the last that `append` leaves free. */
export const SPARE: usize = 32;

let block: usize = 0;
let limit: usize = 0;

/** The one that is being put together. */
export class draft {
  /** Which one it is, for those that began an earlier one and do not know it. */
  static number: u32 = 0;
  static end: usize = 0;
}

/** Begins one in the place of the one before; its number. */
export function beginDraft(): u32 {
  draft.end = draftStart();
  return ++draft.number;
}
// @ts-ignore: decorator
@inline export function draftStart(): usize {
  return block + FRONT;
}
export function append(text: Encoded): void {
  const length = lengthOf(text);
  if (draft.end + length + SPARE > limit) grow(length);
  memory.copy(draft.end, pointerOf(text), length);
  draft.end += length;
}
function grow(length: usize): void {
  const used = draft.end - block;
  const size = (used + length + SPARE) * 2;
  const grown = heap.alloc(size);
  memory.copy(grown, block, used);
  free(block);
  block = grown;
  limit = grown + size;
  draft.end = grown + used;
}
