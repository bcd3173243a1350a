import { Bytes } from "../bytes/bytes";
import { Kind, find, firstIn, kindAt, nextIn, takeRaw, takeText, takeWhole, isWhole } from "./scan";
import { isJson } from "./validate";

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
    if (!isJson(bytes.pointer, bytes.length)) return null;
    let start = bytes.pointer;
    while (load<u8>(start) <= 32) start++;
    return new Json(bytes, start);
  }

  private get end(): usize {
    return this.bytes.pointer + this.bytes.length;
  }
  private at(path: string, kind: Kind): usize {
    const p = find(this.start, this.end, path);
    return kindAt(p) == kind ? p : 0;
  }

  has(path: string): bool {
    return find(this.start, this.end, path) != 0;
  }
  /** The value at a path as a document of its own. */
  get(path: string): Json | null {
    const p = find(this.start, this.end, path);
    return p ? new Json(this.bytes, p) : null;
  }
  string(path: string): string | null {
    const p = this.at(path, Kind.String);
    return p ? takeText(p) : null;
  }
  /** A whole number; `otherwise` also for one written with fraction or exponent, and for more than 18 digits. */
  integer(path: string, otherwise: i64 = 0): i64 {
    const p = this.at(path, Kind.Number);
    if (!p) return otherwise;
    const value = takeWhole(p, this.end);
    return isWhole ? value : otherwise;
  }
  number(path: string, otherwise: f64 = 0): f64 {
    const p = this.at(path, Kind.Number);
    return p ? parseFloat(takeRaw(p, this.end)) : otherwise;
  }
  bool(path: string, otherwise: bool = false): bool {
    const p = this.at(path, Kind.Boolean);
    return p ? load<u8>(p) == 116 : otherwise;
  }
  isNull(path: string): bool {
    return this.at(path, Kind.Null) != 0;
  }
  /** Elements of a list; empty when the path leads to none. */
  items(path: string): Json[] {
    const items: Json[] = [];
    const list = this.at(path, Kind.Array);
    if (list) for (let p = firstIn(list); p; p = nextIn(p, this.end)) items.push(new Json(this.bytes, p));
    return items;
  }
  /** The value as it stands in the document. */
  toString(): string {
    return takeRaw(this.start, this.end);
  }
}
