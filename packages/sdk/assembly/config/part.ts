// The objects of the configuration that is being read: where they stand, and what is found in them.
import { Encoded, lengthOf, pointerOf } from "../abi/text";
import { Kind, kindAt, member } from "../json/condensed";

/** The configuration that is being read. */
export class document {
  /** Something was wrong; only the first problem is logged. */
  static failed: bool = false;
  /** A rule's configuration falls back to the global one, key by key. */
  static inherits: bool = false;
  /** A problem leaves out this part only, the rest is still used. */
  static partial: bool = false;
  /** Where the whole document stands; then, in its place, one rule of `_rules_` after the other. */
  static start: usize = 0;
  /** The rule's; -1 for the whole document. */
  static index: i32 = -1;
  /** The first of those of its objects that have memory of their own. */
  static parts: usize = 0;
}

/** One object. Raw memory. What a root's `start` and `index` are stands in `document`. */
// @ts-ignore: decorator
@unmanaged
export class Part {
  start: usize;
  parent: usize;
  /** Its place: what the parent calls it; -1 when it is not an element of a list. */
  key: Encoded;
  index: i32;
  /** The next of `document.parts`. */
  next: usize;
  /** The object of the global configuration that this one of a rule falls back to; 0 without. Set only where rules inherit. */
  fallback: usize;
}

// @ts-ignore: decorator
@external("gateway-link", "memory 28") declare const ROOT_MEMORY: usize;
/** What `document.start` says. */
export const ROOT = changetype<Part>(ROOT_MEMORY);
export function startOf(part: Part): usize {
  return part == ROOT ? document.start : part.start;
}
/** An object without members. */
export const EMPTY: usize = memory.data<u8>([123, 0, 0, 0, 0]);

/** A part of another one; `freeParts` frees it. */
export function partOf(parent: Part, start: usize, key: Encoded, index: i32): Part {
  const length = lengthOf(key);
  const part = changetype<Part>(heap.alloc(offsetof<Part>() + length));
  const copy = changetype<usize>(part) + offsetof<Part>();
  memory.copy(copy, pointerOf(key), length);
  part.start = start;
  part.parent = changetype<usize>(parent);
  part.key = ((<u64>length) << 32) | copy;
  part.index = index;
  if (document.inherits) part.fallback = 0;
  part.next = document.parts;
  document.parts = changetype<usize>(part);
  return part;
}
// What stands behind the conditions here is no code of a plugin that never makes parts: there `parts` is a constant.
export function freeParts(): void {
  if (!document.parts) return;
  let part = document.parts;
  document.parts = 0;
  while (part) {
    const next = changetype<Part>(part).next;
    heap.free(part);
    part = next;
  }
}
/** The part in which this one stands; 0 for a root. */
export function parentOf(part: Part): usize {
  return document.parts ? part.parent : 0;
}

/** The value of a key, which counts as read then; 0 when it is missing or null. */
export function find(from: Part, key: Encoded): usize {
  let p = member(startOf(from), key);
  if (document.inherits && !p && from.fallback) p = member(from.fallback, key);
  return kindAt(p) == Kind.Null ? 0 : p;
}
