import { constants, type ClientHttp2Session, type ClientHttp2Stream } from "node:http2";
import type { Header, ResetReason, UpstreamEvents, UpstreamStream } from "./upstream.ts";

/** Fields that HTTP/2 has no place for: a message with one of them is malformed. */
const CONNECTION_FIELDS = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

/** One request and its response as an HTTP/2 stream. */
export class Http2UpstreamStream implements UpstreamStream {
  session: ClientHttp2Session | undefined;
  readonly #headers: Header[];
  readonly #endStream: boolean;
  readonly #events: UpstreamEvents;
  #closed: () => void = () => undefined;
  #stream: ClientHttp2Stream | undefined;
  #trailers: Header[] | undefined;
  #sentTrailers: Header[] | undefined;
  #over = false;

  constructor(headers: Header[], endStream: boolean, events: UpstreamEvents) {
    this.#headers = headers;
    this.#endStream = endStream;
    this.#events = events;
  }

  start(session: ClientHttp2Session, closed: () => void): void {
    this.session = session;
    this.#closed = closed;
    try {
      const headers = toFields(this.#headers);
      this.#stream = session.request(headers, {
        endStream: this.#endStream,
        waitForTrailers: !this.#endStream,
      });
    } catch (error) {
      setImmediate(() => this.fail("protocol-error", (error as Error).message));
      return;
    }
    this.#stream.on("response", (_headers: unknown, flags: number, raw: string[] = []) =>
      this.#receive(fromRaw(raw), (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0),
    );
    this.#stream.on("data", (chunk: Uint8Array) => {
      if (!this.#over) this.#events.onData(chunk, false);
    });
    this.#stream.on(
      "trailers",
      (_trailers: unknown, _flags: number, raw: string[] = []) => (this.#trailers = fromRaw(raw)),
    );
    this.#stream.on("wantTrailers", () => this.#stream?.sendTrailers(toFields(this.#sentTrailers ?? [])));
    this.#stream.on("end", () => this.#end());
    this.#stream.on("error", () => undefined);
    // The session tells why it ended a moment after its streams have closed.
    this.#stream.on("close", () => setImmediate(() => this.fail("stream-reset", "")));
  }

  write(chunk: Uint8Array, endStream: boolean): void {
    const stream = this.#stream;
    if (this.#over || stream === undefined || stream.destroyed || stream.writableEnded) return;
    if (chunk.length > 0) stream.write(chunk);
    if (endStream) stream.end();
  }

  writeTrailers(trailers: Header[]): void {
    this.#sentTrailers = trailers;
    this.write(new Uint8Array(), true);
  }

  reset(): void {
    if (this.#over) return;
    this.#finish();
    this.#stream?.close(constants.NGHTTP2_CANCEL);
  }

  /** Ends the stream with a reset event, unless it is over. */
  fail(reason: ResetReason, detail: string): void {
    if (this.#over) return;
    this.reset();
    this.#events.onReset(reason, detail);
  }

  #receive(headers: Header[], endStream: boolean): void {
    if (this.#over) return;
    if (endStream) this.#finish();
    this.#events.onHeaders(headers, endStream);
  }

  #end(): void {
    if (this.#over || (this.#stream?.rstCode ?? 0) !== constants.NGHTTP2_NO_ERROR) return;
    this.#finish();
    if (this.#trailers !== undefined) this.#events.onTrailers(this.#trailers);
    else this.#events.onData(new Uint8Array(), true);
    // The answer is whole: what is still to be sent has nobody to read it.
    if (this.#stream?.writableEnded === false) this.#stream.close(constants.NGHTTP2_NO_ERROR);
  }

  #finish(): void {
    this.#over = true;
    this.#closed();
  }
}

/** A repeated name becomes a list. Throws for what HTTP/2 does not allow. */
function toFields(headers: readonly Header[]): Record<string, string | string[]> {
  const fields: Record<string, string | string[]> = Object.create(null) as Record<string, string | string[]>;
  for (const [name, value] of headers) {
    if (CONNECTION_FIELDS.has(name) || (name === "te" && value !== "trailers"))
      throw new Error(`${name} is not allowed in HTTP/2`);
    const present = fields[name];
    fields[name] = present === undefined ? value : [present, value].flat();
  }
  return fields;
}

function fromRaw(raw: readonly string[]): Header[] {
  const headers: Header[] = [];
  for (let index = 0; index + 1 < raw.length; index += 2) headers.push([raw[index]!, raw[index + 1]!]);
  return headers;
}
