// Objects of classes to which the transform has added `__typed...` methods, made from their fields.
import { utf8 } from "../abi/literals";
import { Encoded, equals, release } from "../abi/text";
import { Kind, firstIn, kindAt, nextIn, textBytes, valueOf } from "../json/scan";
import { fail, failed, within } from "./problem";
import { valueAt } from "./value";

/** Objects are the only values that can take much more memory than their text. */
const MAX_OBJECTS: i32 = 65536;
let objects: i32 = 0;
export function startCounting(): void {
  objects = 0;
}

export function readObject<T>(p: usize): T {
  const into = instantiate<T>();
  if (!isDefined(into.__typedCount))
    ERROR(
      "TypedJson reads classes with @json, lists, strings, bool, whole and floating-point numbers. Read anything else with Json.",
    );
  if (++objects > MAX_OBJECTS) {
    fail("is one object too many: 65536 are read");
    return into;
  }
  // Where each field's value stands; of several with its name the last, as in JSON.parse.
  const size: usize = (<usize>into.__typedCount()) << alignof<usize>();
  const values = heap.alloc(size);
  memory.fill(values, 0, size);
  for (let name = firstIn(p); name;) {
    const value = valueOf(name);
    const field = into.__typedIndex(textBytes(name));
    release();
    if (field >= 0) store<usize>(values + ((<usize>field) << alignof<usize>()), value);
    name = nextIn(value);
  }
  into.__typedRead(values);
  heap.free(values);
  return into;
}

// What the added methods call; global names, because they stand in the author's files.
// @ts-ignore: decorator
@global @inline function __typedJsonIs(name: Encoded, field: string): bool {
  return equals(name, utf8(field));
}
/** The value of a field that must be there. */
// @ts-ignore: decorator
@global function __typedJsonRequired<T>(value: usize, step: string): T {
  if (!failed) {
    const isNull = kindAt(value) == Kind.Null;
    if (!value || isNull) fail("missing");
    else {
      const read = valueAt<T>(value);
      if (!failed) return read;
    }
    within(step);
  }
  if (isReference<T>()) return changetype<T>(0);
  else return <T>0;
}
/** The value of a field that keeps what it has when it is missing, or null where it cannot be null. */
// @ts-ignore: decorator
@global function __typedJsonOptional<T>(value: usize, step: string, current: T): T {
  if (failed || !value) return current;
  if (!isNullable<T>()) {
    if (kindAt(value) == Kind.Null) return current;
  }
  const read = valueAt<T>(value);
  if (!failed) return read;
  within(step);
  return current;
}
