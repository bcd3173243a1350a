// Reads in place in a document that `condense` has accepted and rewritten: a value is told by its first byte, and ends where a `Mark` stands.
import { Encoded, decode, lengthOf, pointerOf } from "../abi/text";
import { Mark } from "./validate";

/** What a value is, by its first byte; any other is a number, `true` or `false`. */
export const enum Kind {
  None = 0,
  String = 34,
  Null = 110,
  List = Mark.List,
  Object = Mark.Object,
}
/** In the place of a name's quote: somebody has asked for it. */
const READ: u32 = 39;

// @ts-ignore: decorator
@inline export function kindAt(p: usize): Kind {
  return load<u8>(p);
}
// @ts-ignore: decorator
@inline export function isNumber(p: usize): bool {
  return <u32>load<u8>(p) - 45 < 13;
}
/** The first member name or element of an object or list; 0 when it is empty. */
export function firstIn(container: usize): usize {
  return load<u8>(container, 1) == Mark.Close ? 0 : container + 1;
}
/** The one behind a member name or element; 0 at the end. */
export function nextIn(p: usize): usize {
  let depth = 0;
  while (true) {
    // Comma 0, close 1, containers 2 and 3.
    const mark = <u32>(load<i8>(p++) + 4);
    if (mark < 4) {
      if (mark < 2 && !depth) return mark ? 0 : p;
      depth -= mark > 1 ? -1 : mark;
    }
  }
}
/** The value of a member, whose name becomes one that has been read; of several with the same name the last. 0 when there is none. */
export function member(object: usize, key: Encoded): usize {
  let found: usize = 0;
  for (let name = firstIn(object); name; name = nextIn(name)) {
    const end = skipSame(name + 1, pointerOf(key), pointerOf(key) + lengthOf(key));
    if ((end - name == lengthOf(key) + 1) & (load<u8>(end) == <u8>Mark.Colon)) {
      found = end + 1;
      store<u8>(name, READ);
    }
  }
  return found;
}
/** The first byte at or behind `p` that is another than stands in bytes up to `end`, at the same distance. */
export function skipSame(p: usize, bytes: usize, end: usize): usize {
  while (bytes < end && load<u8>(p) == load<u8>(bytes)) {
    p++;
    bytes++;
  }
  return p;
}
/** The first member, from this one on, that is neither the gateway's own, with a leading underscore, nor has been read. */
export function unreadFrom(name: usize): usize {
  while (name && (load<u8>(name) == READ) | (load<u8>(name, 1) == 95)) name = nextIn(name);
  return name;
}

/** Whether a text or number ends before `p`. */
// @ts-ignore: decorator
@inline export function isEnd(p: usize): bool {
  return load<u8>(p) >= <u8>Mark.Colon;
}
/** The bytes of a string, a name, a number, `true` or `false`. */
export function textAt(p: usize): Encoded {
  if (load<u8>(p) < 45) p++;
  let end = p;
  while (!isEnd(end)) end++;
  return ((<u64>(end - p)) << 32) | p;
}
/** The same as a string. */
export function takeText(p: usize): string {
  const text = textAt(p);
  return decode(pointerOf(text), lengthOf(text));
}
