import type { Header } from "../services/upstream/upstream.ts";
import type { RequestTrace } from "../trace/trace.ts";

/** Response headers or trailers; names are found whatever their case. */
export class ResponseHeaders {
  readonly #entries: readonly Header[];

  constructor(entries: readonly Header[]) {
    this.#entries = entries;
  }

  /** The first value; null when there is none, as in the web's `Headers`. */
  get(name: string): string | null {
    return this.getAll(name)[0] ?? null;
  }

  getAll(name: string): string[] {
    const key = name.toLowerCase();
    return this.#entries.filter((entry) => entry[0] === key).map((entry) => entry[1]);
  }

  has(name: string): boolean {
    return this.getAll(name).length > 0;
  }

  /** In the order they were sent. */
  entries(): Header[] {
    return this.#entries.map(([name, value]) => [name, value]);
  }
}

/** What the client got. */
export class GatewayResponse {
  /** 0 when the stream was cut before a response. */
  readonly status: number;
  readonly headers: ResponseHeaders;
  readonly trailers: ResponseHeaders;
  /** Envoy's response code details: who answered, and why (`via_upstream`, `route_not_found`, a plugin's own). */
  readonly details: string;
  /** Set when the gateway cut the stream; `bytes()` is what came before. */
  readonly reset: string | undefined;
  /** What happened to the request, phase by phase; `formatTrace` makes text of it. */
  readonly trace: RequestTrace;
  readonly #body: Uint8Array;

  constructor(parts: {
    headers: readonly Header[];
    body: Uint8Array;
    trailers: readonly Header[];
    details: string;
    reset: string | undefined;
    trace: RequestTrace;
  }) {
    this.status = Number(parts.headers.find(([name]) => name === ":status")?.[1] ?? 0);
    this.headers = new ResponseHeaders(parts.headers.filter(([name]) => !name.startsWith(":")));
    this.trailers = new ResponseHeaders(parts.trailers);
    this.details = parts.details;
    this.reset = parts.reset;
    this.trace = parts.trace;
    this.#body = parts.body;
  }

  bytes(): Uint8Array {
    return this.#body.slice();
  }

  text(): string {
    return new TextDecoder().decode(this.#body);
  }

  /** @throws SyntaxError naming status and body when the body is not JSON */
  // oxlint-disable-next-line no-explicit-any -- a test knows what it asked for
  json<T = any>(): T {
    try {
      return JSON.parse(this.text()) as T;
    } catch (error) {
      throw new SyntaxError(
        `The body of the ${this.status} response is not JSON: ${this.text().slice(0, 200)}`,
        {
          cause: error,
        },
      );
    }
  }
}
