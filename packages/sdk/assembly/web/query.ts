import { percent } from "../bytes/percent";

/**
 * A query string: names and values as forms write them (`+` is a space, `%XX` are UTF-8 bytes). What an edit does not touch stays as it was
 * written, byte for byte. Source: WHATWG URL, application/x-www-form-urlencoded.
 */
export class Query {
  /** `name=value` as written. */
  private parts: string[] = [];

  /** Reads `a=1&b=2`, without the question mark. Never fails. */
  static parse(text: string): Query {
    const query = new Query();
    if (!text.length) return query;
    query.parts = text.split("&");
    return query;
  }
  /** Of a path: what stands between its first `?` and a `#`. */
  static ofPath(path: string): Query {
    const start = path.indexOf("?");
    if (start < 0) return new Query();
    const end = path.indexOf("#", start);
    return Query.parse(path.substring(start + 1, end < 0 ? path.length : end));
  }
  /** The first value, decoded; null when the name is absent, "" when it has no value. */
  get(name: string): string | null {
    const i = this.find(name, 0);
    return i < 0 ? null : valueOf(this.parts[i]);
  }
  /** Every value of a name, decoded, in order; empty when there is none. */
  getAll(name: string): string[] {
    const values: string[] = [];
    for (let i = this.find(name, 0); i >= 0; i = this.find(name, i + 1)) values.push(valueOf(this.parts[i]));
    return values;
  }
  /** Whether the name is there, with a value or without. */
  has(name: string): bool {
    return this.find(name, 0) >= 0;
  }
  /** All `[name, value]` pairs, decoded, in order. */
  entries(): string[][] {
    const entries: string[][] = [];
    for (let i = 0; i < this.parts.length; i++)
      if (this.parts[i].length) entries.push([nameOf(this.parts[i]), valueOf(this.parts[i])]);
    return entries;
  }
  /** Replaces all values by one, in the place of the first. */
  set(name: string, value: string): this {
    const at = this.find(name, 0);
    if (at < 0) return this.append(name, value);
    this.parts[at] = partOf(name, value);
    this.remove(name, at + 1);
    return this;
  }
  /** One more pair, at the end. */
  append(name: string, value: string): this {
    this.parts.push(partOf(name, value));
    return this;
  }
  /** Removes all values; whether there were any. */
  delete(name: string): bool {
    return this.remove(name, 0);
  }
  /** Without a question mark. */
  toString(): string {
    return this.parts.join("&");
  }
  private remove(name: string, from: i32): bool {
    let any = false;
    for (let i = this.find(name, from); i >= 0; i = this.find(name, i)) {
      this.parts.splice(i, 1);
      any = true;
    }
    return any;
  }
  private find(name: string, from: i32): i32 {
    for (let i = from; i < this.parts.length; i++)
      if (this.parts[i].length && nameOf(this.parts[i]) == name) return i;
    return -1;
  }
}
function partOf(name: string, value: string): string {
  return percent.encode(name) + "=" + percent.encode(value);
}
function nameOf(part: string): string {
  const end = part.indexOf("=");
  return percent.decode(end < 0 ? part : part.substring(0, end), true);
}
function valueOf(part: string): string {
  const end = part.indexOf("=");
  return end < 0 ? "" : percent.decode(part.substring(end + 1), true);
}
