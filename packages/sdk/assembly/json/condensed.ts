// Reads what `condense` has written: values one behind the other, each of them its kind, its length, and its bytes. Those of an object are its names and
// values by turns, those of a list its elements.
import { Encoded, decode, encoded, equals, lengthOf, pointerOf } from "../abi/text";
import { HEAD } from "./validate";

/** What a value is: its first byte in JSON. Any other is a number, `true` or `false`. */
export const enum Kind {
  None = 0,
  String = 34,
  List = 91,
  Null = 110,
  Object = 123,
}
/** That of a name that somebody has asked for. */
const READ: u32 = 39;

// @ts-ignore: decorator
@inline export function kindAt(p: usize): Kind {
  return load<u8>(p);
}
/** Whether there is a string or a number; the others begin with letters and brackets. */
// @ts-ignore: decorator
@inline export function isText(p: usize): bool {
  return <u32>load<u8>(p) - 1 < 57;
}
/** The bytes of a string, a name, a number, `true` or `false`. */
export function textAt(p: usize): Encoded {
  return encoded(p + HEAD, load<u32>(p, 1));
}
/** The same as a string. */
export function takeText(p: usize): string {
  const text = textAt(p);
  return decode(pointerOf(text), lengthOf(text));
}

/** The first name or element, if that is before `nextIn` of the whole. */
// @ts-ignore: decorator
@inline export function firstIn(container: usize): usize {
  return container + HEAD;
}
/** What is behind a value. */
export function nextIn(p: usize): usize {
  return p + HEAD + load<u32>(p, 1);
}
/** The value of a member, whose name becomes one that has been read; of several with the same name the last. 0 when there is none. */
export function member(object: usize, key: Encoded): usize {
  const end = nextIn(object);
  let found: usize = 0;
  for (let name = firstIn(object); name < end;) {
    const value = nextIn(name);
    if (equals(textAt(name), key)) {
      found = value;
      store<u8>(name, READ);
    }
    name = nextIn(value);
  }
  return found;
}
/** The first name, from this one on, that is neither the gateway's own, with a leading underscore, nor has been read; else `end`. */
export function unreadFrom(name: usize, end: usize): usize {
  while (name < end && (load<u8>(name) == READ) | (load<u8>(name, HEAD) == 95)) name = nextIn(nextIn(name));
  return name;
}
