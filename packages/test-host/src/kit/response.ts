import type { Header } from "../services/upstream/upstream.ts";
import { firstValue } from "./fake-upstream.ts";

/** Response headers, as they went on the wire. Names are lower case. */
export class ResponseHeaders {
  readonly #pairs: readonly Header[];

  constructor(pairs: readonly Header[]) {
    this.#pairs = pairs;
  }
  /** The first value; undefined when absent. */
  get(name: string): string | undefined {
    return firstValue(this.#pairs, name);
  }
  getAll(name: string): string[] {
    const wanted = name.toLowerCase();
    return this.#pairs.filter(([present]) => present === wanted).map(([, value]) => value);
  }
  has(name: string): boolean {
    return this.get(name) !== undefined;
  }
  /** In wire order, without `:status`. */
  entries(): Header[] {
    return this.#pairs.filter(([name]) => !name.startsWith(":"));
  }
}

/** What the client received. */
export class GatewayResponse {
  /** 0 when the gateway gave the stream up before a response. */
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly bytes: Uint8Array;
  readonly trailers: ResponseHeaders;
  /** Why the stream was cut; undefined when the response is complete. */
  readonly reset: string | undefined;

  constructor(headers: readonly Header[], bytes: Uint8Array, trailers: readonly Header[], reset: string | undefined) {
    this.status = Number(firstValue(headers, ":status") ?? 0);
    this.headers = new ResponseHeaders(headers);
    this.bytes = bytes;
    this.trailers = new ResponseHeaders(trailers);
    this.reset = reset;
  }
  /** The body as UTF-8. */
  text(): string {
    return new TextDecoder().decode(this.bytes);
  }
  // oxlint-disable-next-line no-explicit-any -- a test knows its own document
  json(): any {
    return JSON.parse(this.text());
  }
}
