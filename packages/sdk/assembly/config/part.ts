// The objects of the configuration that is being read: where they stand, what is found in them, and how a problem of theirs is told.
import { LogLevel } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { Encoded, lengthOf, pointerOf, release } from "../abi/text";
import { putText } from "../abi/compose";
import { endLine, startLine } from "../host/log";
import { Kind, firstIn, kindAt, member, nextIn, textBytes, valueOf } from "../json/scan";
import { MARK } from "../json/validate";
import { document, endProblem, putKind, putStep, startProblemLine } from "./problem";

/** One object. Raw memory. */
// @ts-ignore: decorator
@unmanaged
export class Part {
  /** 0 is an object without members. */
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

const ROOT = changetype<Part>(memory.data(64));
/** The whole document; then, in its place, one rule of `_rules_` after the other, by its `index`. */
export function rootPart(start: usize, index: i32): Part {
  ROOT.start = start;
  ROOT.index = index;
  return ROOT;
}
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
export function freeParts(): void {
  let part = document.parts;
  document.parts = 0;
  while (part) {
    const next = changetype<Part>(part).next;
    heap.free(part);
    part = next;
  }
}

/** The value of a key, which is marked as read; 0 when it is missing or null. */
export function find(from: Part, key: Encoded): usize {
  let p: usize = from.start ? member(from.start, key, true) : 0;
  if (document.inherits && !p && from.fallback) p = member(from.fallback, key, true);
  return kindAt(p) == Kind.Null ? 0 : p;
}
/** Names the keys that nobody has read. Keys with a leading underscore are the gateway's own. */
export function warnOfUnread(from: Part): void {
  if (!from.start) return;
  for (let name = firstIn(from.start); name; name = nextIn(valueOf(name)))
    if (load<u8>(name) != MARK && load<u8>(name, 1) != 95)
      warn(from, textBytes(name), utf8("unknown key, ignored"));
  release();
}
/** Whether there are members besides the gateway's own, or none at all. */
export function hasOwnKeys(from: Part): bool {
  let name = firstIn(from.start);
  if (!name) return true;
  for (; name; name = nextIn(valueOf(name))) if (load<u8>(name, 1) != 95) return true;
  return false;
}

/** Refuses the configuration, unless something else already has. An empty key is the object itself. */
export function refuse(from: Part, key: Encoded, message: Encoded): void {
  if (!startProblem(from, key, -1)) return;
  putText(message);
  endProblem();
}
export function missing(from: Part, key: Encoded): void {
  if (!startProblem(from, key, -1)) return;
  putText(utf8("missing "));
  putText(key);
  putText(utf8(" in config"));
  endProblem();
}
/** Refuses a value because of its kind, if there is one. */
export function expect(from: Part, key: Encoded, index: i32, p: usize, what: Encoded): void {
  if (!p || !startProblem(from, key, index)) return;
  putText(utf8("must be "));
  putText(what);
  putText(utf8(", not "));
  putKind(kindAt(p));
  endProblem();
}
export function startProblem(from: Part, key: Encoded, index: i32): bool {
  if (document.failed) return false;
  document.failed = true;
  startProblemLine();
  putPath(from, key, index);
  return true;
}
export function warn(from: Part, key: Encoded, message: Encoded): void {
  startLine();
  putPath(from, key, -1);
  putText(message);
  endLine(LogLevel.Warn);
}
/** `$.a[0].key: ` */
function putPath(from: Part, key: Encoded, index: i32): void {
  putOwnPath(from);
  putStep(key, index);
  putText(utf8(": "));
}
function putOwnPath(part: Part): void {
  const parent = part.parent;
  if (parent) putOwnPath(changetype<Part>(parent));
  else putText(utf8("$"));
  if (parent || part.index >= 0) putStep(parent ? part.key : utf8("_rules_"), part.index);
}
