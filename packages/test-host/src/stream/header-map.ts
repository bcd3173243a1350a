import type { Header } from "../services/upstream/upstream.ts";
import { JOINED_NAMES, type MapKind } from "./joined-names.ts";

/**
 * One header or trailer map, in wire order, by Envoy's rules. Names are kept in lower case; values are byte strings.
 * In request maps `host` means `:authority`.
 */
export class HeaderMap {
  #entries: Header[];
  readonly #kind: MapKind;

  constructor(entries: readonly Header[] = [], kind: MapKind = "response") {
    this.#kind = kind;
    this.#entries = [];
    for (const [name, value] of entries) this.#entries.push([this.#key(name), value]);
  }

  get count(): number {
    return this.#entries.length;
  }

  /** Sum of the lengths of names and values. */
  get byteSize(): number {
    return this.#entries.reduce((sum, [name, value]) => sum + name.length + value.length, 0);
  }

  entries(): Header[] {
    return this.#entries.map(([name, value]) => [name, value]);
  }

  #key(name: string): string {
    const lower = name.toLowerCase();
    return this.#kind === "request" && lower === "host" ? ":authority" : lower;
  }

  /** The first entry's value. */
  get(name: string): string | undefined {
    const key = this.#key(name);
    return this.#entries.find((entry) => entry[0] === key)?.[1];
  }

  getAll(name: string): string[] {
    const key = this.#key(name);
    return this.#entries.filter((entry) => entry[0] === key).map((entry) => entry[1]);
  }

  /** Whether `add` would join with the value that is there: `GET,PUT`. */
  joins(name: string): boolean {
    const key = this.#key(name);
    return JOINED_NAMES[this.#kind].has(key) && this.#entries.some((entry) => entry[0] === key);
  }

  add(name: string, value: string): void {
    const key = this.#key(name);
    const present = JOINED_NAMES[this.#kind].has(key)
      ? this.#entries.find((entry) => entry[0] === key)
      : undefined;
    if (present === undefined) this.#insert(key, value);
    else present[1] = present[1] === "" ? value : `${present[1]},${value}`;
  }

  /** Removes every entry of that name and appends one. */
  set(name: string, value: string): void {
    this.remove(name);
    this.#insert(this.#key(name), value);
  }

  /** Pseudo headers stay in front, as codecs require. */
  #insert(key: string, value: string): void {
    const firstOther = key.startsWith(":") ? this.#entries.findIndex(([name]) => !name.startsWith(":")) : -1;
    if (firstOther === -1) this.#entries.push([key, value]);
    else this.#entries.splice(firstOther, 0, [key, value]);
  }

  /** As `set`, but where the name stands already. */
  replace(name: string, value: string): void {
    const key = this.#key(name);
    const present = this.#entries.find((entry) => entry[0] === key);
    if (present === undefined) this.set(name, value);
    else present[1] = value;
  }

  remove(name: string): void {
    const key = this.#key(name);
    this.#entries = this.#entries.filter((entry) => entry[0] !== key);
  }

  replaceAll(entries: readonly Header[]): void {
    this.#entries = [];
    for (const [name, value] of entries) this.add(name, value);
  }
}

/** A value that no HTTP/1 header can carry. */
export function isBadValue(value: string): boolean {
  return /[\x00-\x08\x0a-\x1f\x7f]/.test(value);
}

/** A name that no HTTP/1 header can have. The empty name passes, as it does in Envoy. */
export function isBadName(name: string): boolean {
  return !/^:?[!#$%&'*+\-.^_`|~0-9A-Za-z]*$/.test(name);
}
