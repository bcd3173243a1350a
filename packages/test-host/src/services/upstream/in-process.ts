import type { Clock } from "../clock.ts";
import { hasNoBody } from "./response-framing.ts";
import type {
  Header,
  ResetReason,
  Upstream,
  UpstreamEvents,
  UpstreamHandler,
  UpstreamRequest,
  UpstreamResponse,
  UpstreamStream,
} from "./upstream.ts";

/** What a handler throws to end its stream without an answer. */
export class UpstreamReset extends Error {
  readonly reason: ResetReason;

  /** `detail` defaults to the reason. */
  constructor(reason: ResetReason = "remote-reset", detail: string = reason) {
    super(detail);
    this.name = "UpstreamReset";
    this.reason = reason;
  }
}

/**
 * A function as a cluster's endpoint. The handler runs once the request is complete, and each element of a body array
 * becomes a data event of its own. An error other than `UpstreamReset` is answered with 500 and its stack as the body.
 */
export function createInProcessUpstream(handler: UpstreamHandler, clock: Clock): Upstream {
  const open = new Set<InProcessStream>();
  return {
    open(headers, endStream, events) {
      const stream = new InProcessStream(headers, handler, clock, events, () => open.delete(stream));
      open.add(stream);
      if (endStream) stream.end();
      return stream;
    },
    async close() {
      for (const stream of open) stream.fail("local-reset", "the upstream was closed");
    },
  };
}

class InProcessStream implements UpstreamStream {
  readonly #request: UpstreamRequest;
  readonly #handler: UpstreamHandler;
  readonly #clock: Clock;
  readonly #events: UpstreamEvents;
  readonly #closed: () => void;
  #body: Uint8Array[] = [];
  #over = false;

  constructor(
    headers: Header[],
    handler: UpstreamHandler,
    clock: Clock,
    events: UpstreamEvents,
    closed: () => void,
  ) {
    const pseudo = (name: string): string => headers.find(([other]) => other === name)?.[1] ?? "";
    this.#request = {
      method: pseudo(":method"),
      path: pseudo(":path"),
      authority: pseudo(":authority"),
      headers: headers.map(([name, value]) => [name, value]),
      body: new Uint8Array(),
      trailers: [],
    };
    this.#handler = handler;
    this.#clock = clock;
    this.#events = events;
    this.#closed = closed;
  }

  write(chunk: Uint8Array, endStream: boolean): void {
    this.#body.push(Uint8Array.from(chunk));
    if (endStream) this.end();
  }

  writeTrailers(trailers: Header[]): void {
    this.#request.trailers = trailers;
    this.end();
  }

  reset(): void {
    this.#over = true;
    this.#closed();
  }

  end(): void {
    this.#request.body = Buffer.concat(this.#body);
    void this.#answer();
  }

  fail(reason: ResetReason, detail: string): void {
    if (this.#over) return;
    this.reset();
    this.#events.onReset(reason, detail);
  }

  async #answer(): Promise<void> {
    await nextTurn();
    if (this.#over) return;
    let events: (() => void)[];
    try {
      events = this.#eventsOf(await this.#handler(this.#request, this.#clock));
    } catch (error) {
      if (error instanceof UpstreamReset) return this.fail(error.reason, error.message);
      const stack = error instanceof Error ? error.stack : String(error);
      events = this.#eventsOf({
        status: 500,
        headers: { "content-type": "text/plain" },
        body: `The upstream's handler threw: ${stack}`,
      });
    }
    for (const [index, deliver] of events.entries()) {
      if (index > 0) await nextTurn();
      if (this.#over) return;
      if (index === events.length - 1) this.reset();
      deliver();
    }
  }

  /** Throws where JavaScript has given what is no response. */
  #eventsOf(response: UpstreamResponse): (() => void)[] {
    const given = bodyChunks(response.body);
    const headers = responseHeaders(response, given);
    const chunks = hasNoBody(this.#request.method, headers[0]?.[1] ?? "") ? [] : given;
    const trailers = response.trailers ? pairsOf(response.trailers) : undefined;
    const events = [() => this.#events.onHeaders(headers, chunks.length === 0 && trailers === undefined)];
    for (const [index, chunk] of chunks.entries()) {
      const last = index === chunks.length - 1 && trailers === undefined;
      events.push(() => this.#events.onData(chunk, last));
    }
    if (trailers !== undefined) events.push(() => this.#events.onTrailers(trailers));
    return events;
  }
}

function bodyChunks(body: UpstreamResponse["body"]): Uint8Array[] {
  const parts = body === undefined ? [] : Array.isArray(body) ? body : [body];
  return parts
    .map((part) => (typeof part === "string" ? Buffer.from(part) : part))
    .filter((part) => part.length > 0);
}

/** Names in lower case. */
function pairsOf(given: Record<string, string> | Header[]): Header[] {
  const pairs = Array.isArray(given) ? given : Object.entries(given);
  return pairs.map(([name, value]) => [name.toLowerCase(), value]);
}

/** `:status` first; `content-length` for a body that is given whole, unless the handler sets its framing itself. */
function responseHeaders(response: UpstreamResponse, chunks: Uint8Array[]): Header[] {
  const headers: Header[] = [[":status", String(response.status ?? 200)]];
  headers.push(...pairsOf(response.headers ?? []));
  const framed = headers.some(([name]) => name === "content-length" || name === "transfer-encoding");
  if (!framed && !Array.isArray(response.body) && chunks[0] !== undefined) {
    headers.push(["content-length", String(chunks[0].length)]);
  }
  return headers;
}

/** Each event of its own turn of the event loop, as bytes from a socket would be. */
function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
