import { Bytes } from "../assembly/bytes/bytes";
import { bytesOf } from "../assembly/bytes/data";
import { readDocument } from "../assembly/typed/document";
import { problem as reason } from "../assembly/typed/problem";

/**
 * JSON read into objects of your own classes, those that [json-as](https://github.com/JairusSW/json-as) writes: each with `@json`. The compiler help
 * takes the shape from the class itself, and the whole document is held against it.
 *
 * A field may be a string, a bool, a whole or floating-point number, a class with `@json`, or a list of any of these; anything else does not compile.
 * Strings, classes and lists may be `| null`. A field without an initial value must be there. One with an initial value, or that may be null, keeps
 * it when its name is missing, and when it cannot be null and the document says null. Names that the class does not have are passed over; of a
 * name that comes twice the last counts. json-as's `@alias` and `@omit`, and base classes, hold for reading, too; its `@deserializer` does not.
 */
export namespace TypedJson {
  /**
   * Null when the bytes are not one valid JSON document (RFC 8259, at most 64 levels deep), do not fit into the class, or hold more than 65,536
   * objects; `TypedJson.problem()` says why. Nothing traps, and nothing is cut or rounded to fit: 1.9, 1e3 and 300 are no `u8`. In any phase.
   */
  export function parse<T>(bytes: Bytes): T | null {
    return readDocument<T>(bytes);
  }
  /** Of a text. */
  export function parseText<T>(text: string): T | null {
    return readDocument<T>(bytesOf(text));
  }
  /** Why the last document was refused: `$.user.age: must be a whole number of 32 bits`. It holds no value of the document. Empty when it was read. */
  export function problem(): string {
    return reason();
  }
}
