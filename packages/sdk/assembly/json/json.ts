import { makeBuffer } from "../abi/allocator";
import { utf8 } from "../abi/literals";
import { Encoded, decode, encodeText, release } from "../abi/text";
import { Bytes } from "../bytes/bytes";
import { bytesOf } from "../bytes/data";
import {
  Kind,
  find,
  firstIn,
  isWhole,
  kindAt,
  member,
  nextIn,
  takeRaw,
  takeText,
  takeWhole,
  valueOf,
} from "./scan";
import { isJson, skipValue } from "./validate";
import { decimalAt } from "./decimal";

/**
 * A JSON document, read in place: strict RFC 8259, at most 64 levels deep, nothing copied until a value is taken.
 * Paths are `a.b.0.c`; the empty path is the value itself. What is missing or of another type is null, or the default given.
 */
export class Json {
  private constructor(
    private bytes: Bytes,
    private start: usize,
  ) {}

  /** Null when the bytes are not one valid JSON document. */
  static parse(bytes: Bytes): Json | null {
    // What the reader wants behind the document; the runtime has blocks of its own behind every object, so looking is safe.
    if (load<u8>(bytes.pointer + bytes.length)) bytes = terminated(bytes);
    if (!isJson(bytes.pointer, bytes.length)) return null;
    let start = bytes.pointer;
    while (load<u8>(start) <= 32) start++;
    return new Json(bytes, start);
  }

  /** Of a text. */
  static parseText(text: string): Json | null {
    return Json.parse(bytesOf(text));
  }

  /** The value at a path; 0 when there is none, or of another kind. Kind.None: of any. */
  private at(path: Encoded, kind: Kind): usize {
    const p = find(this.start, path);
    release();
    return kind == Kind.None || kindAt(p) == kind ? p : 0;
  }

  /** Whether the path leads to a value; null counts. */
  // @ts-ignore: decorator
  @inline has(path: string): bool {
    return this.at(utf8(path), Kind.None) != 0;
  }
  /** The value at a path as a document of its own. */
  // @ts-ignore: decorator
  @inline get(path: string): Json | null {
    return this.documentAt(this.at(utf8(path), Kind.None));
  }
  /** A string, unescaped; null when the path leads to none. */
  // @ts-ignore: decorator
  @inline string(path: string): string | null {
    return this.stringAt(this.at(utf8(path), Kind.String));
  }
  /** A whole number; `otherwise` also for one written with fraction or exponent, and for more than 18 digits. */
  // @ts-ignore: decorator
  @inline integer(path: string, otherwise: i64 = 0): i64 {
    return this.integerAt(this.at(utf8(path), Kind.Number), otherwise);
  }
  /** The double nearest to a number, however many digits it has; Infinity when it is larger than any. */
  // @ts-ignore: decorator
  @inline number(path: string, otherwise: f64 = 0): f64 {
    return this.numberAt(this.at(utf8(path), Kind.Number), otherwise);
  }
  /** True or false; `otherwise` when the path leads to neither. */
  // @ts-ignore: decorator
  @inline bool(path: string, otherwise: bool = false): bool {
    const p = this.at(utf8(path), Kind.Boolean);
    return p ? load<u8>(p) == 116 : otherwise;
  }
  /** Whether the path leads to a null. */
  // @ts-ignore: decorator
  @inline isNull(path: string): bool {
    return this.at(utf8(path), Kind.Null) != 0;
  }
  /** Whether the path leads to an object. */
  isObject(path: string): bool {
    return this.at(encodeText(path), Kind.Object) != 0;
  }
  /** Names of an object's members, in order; empty when the path leads to none. */
  keys(path: string): string[] {
    const keys: string[] = [];
    const object = this.at(encodeText(path), Kind.Object);
    if (object)
      for (let name = firstIn(object); name; name = nextIn(valueOf(name))) keys.push(takeText(name));
    return keys;
  }
  /** A member by its name, which may hold dots; of several with this name the last. */
  member(path: string, key: string): Json | null {
    const object = this.at(encodeText(path), Kind.Object);
    const p = object ? member(object, encodeText(key)) : 0;
    release();
    return p ? new Json(this.bytes, p) : null;
  }
  /** The document with another value, given as JSON, at a path that exists; null when it does not. Everything else stays as it was written. */
  replaced(path: string, json: string): string | null {
    const p = this.at(encodeText(path), Kind.None);
    if (!p) return null;
    const after = skipValue(p);
    return decode(this.start, p - this.start) + json + decode(after, skipValue(this.start) - after);
  }
  /** Elements of a list; empty when the path leads to none. */
  // @ts-ignore: decorator
  @inline items(path: string): Json[] {
    return this.itemsAt(this.at(utf8(path), Kind.Array));
  }
  /** The value as it stands in the document. */
  toString(): string {
    return takeRaw(this.start);
  }

  private documentAt(p: usize): Json | null {
    return p ? new Json(this.bytes, p) : null;
  }
  private stringAt(p: usize): string | null {
    return p ? takeText(p) : null;
  }
  private integerAt(p: usize, otherwise: i64): i64 {
    if (!p) return otherwise;
    const value = takeWhole(p);
    return isWhole ? value : otherwise;
  }
  private numberAt(p: usize, otherwise: f64): f64 {
    return p ? decimalAt(p) : otherwise;
  }
  private itemsAt(list: usize): Json[] {
    const items: Json[] = [];
    if (list) for (let p = firstIn(list); p; p = nextIn(p)) items.push(new Json(this.bytes, p));
    return items;
  }
}
/** The same with a byte 0 behind it. */
export function terminated(bytes: Bytes): Bytes {
  const copy = changetype<ArrayBuffer>(makeBuffer(bytes.length));
  memory.copy(changetype<usize>(copy), bytes.pointer, bytes.length);
  return Bytes.wrap(copy);
}
