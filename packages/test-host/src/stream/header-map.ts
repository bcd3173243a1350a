import type { Header } from "../services/upstream/upstream.ts";

/**
 * Names on which `add` joins with a comma instead of making an entry: Envoy keeps one slot for each of them.
 * Source: Envoy, `INLINE_REQ_*` and `INLINE_RESP_*` headers, of those that plugins meet.
 */
const JOINED_NAMES = new Set(
  (
    ":authority :method :path :scheme :status accept accept-encoding authorization cache-control connection content-encoding " +
    "content-length content-type date etag expect grpc-message grpc-status grpc-timeout host if-modified-since if-none-match keep-alive location " +
    "proxy-connection referer server te transfer-encoding upgrade user-agent via x-forwarded-for x-forwarded-host " +
    "x-forwarded-proto x-request-id x-envoy-upstream-service-time x-envoy-expected-rq-timeout-ms"
  ).split(" "),
);

/**
 * One header or trailer map, in wire order, by Envoy's rules. Names are kept in lower case; values are byte strings.
 * In request maps `host` means `:authority`.
 */
export class HeaderMap {
  #entries: Header[];
  readonly #isRequest: boolean;

  constructor(entries: readonly Header[] = [], isRequest = false) {
    this.#isRequest = isRequest;
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
    return this.#isRequest && lower === "host" ? ":authority" : lower;
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
    return JOINED_NAMES.has(key) && this.#entries.some((entry) => entry[0] === key);
  }

  add(name: string, value: string): void {
    const key = this.#key(name);
    const present = JOINED_NAMES.has(key) ? this.#entries.find((entry) => entry[0] === key) : undefined;
    if (present === undefined) this.#entries.push([key, value]);
    else present[1] = `${present[1]},${value}`;
  }

  /** Removes every entry of that name and appends one. */
  set(name: string, value: string): void {
    this.remove(name);
    this.#entries.push([this.#key(name), value]);
  }

  /** As `set`, but where the name stands already. */
  replace(name: string, value: string): void {
    const key = this.#key(name);
    const present = this.#entries.find((entry) => entry[0] === key);
    if (present === undefined) this.set(name, value);
    else present[1] = value;
  }

  /** As `set`, in the place of the first entry when there is one: what gateways do with headers of their own. */
  put(name: string, value: string): void {
    const key = this.#key(name);
    const present = this.#entries.find((entry) => entry[0] === key);
    if (present === undefined) return this.set(name, value);
    present[1] = value;
    this.#entries = this.#entries.filter((entry) => entry === present || entry[0] !== key);
  }

  remove(name: string): void {
    const key = this.#key(name);
    this.#entries = this.#entries.filter((entry) => entry[0] !== key);
  }

  /** Pseudo headers come first, as codecs require. */
  replaceAll(entries: readonly Header[]): void {
    this.#entries = [];
    for (const [name, value] of entries) this.add(name, value);
    const isPseudo = ([name]: Header) => name.startsWith(":");
    this.#entries = [...this.#entries.filter(isPseudo), ...this.#entries.filter((entry) => !isPseudo(entry))];
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
