import type { DownstreamEvents, DownstreamStream } from "../../gateway/downstream.ts";
import type { Header } from "../../services/upstream/upstream.ts";
import type { RequestHead } from "./request-head.ts";
import { ResponseEncoder } from "./response-encoder.ts";

/** What an exchange asks of its connection. */
export interface Wire {
  write(bytes: Uint8Array): void;
  /** The response is over; `closes`: so is the connection. */
  responded(closes: boolean): void;
  /** The response breaks off. */
  cut(): void;
}

/** One request and the response to it on a connection. */
export class Exchange implements DownstreamEvents {
  /** Where the request goes; set as soon as the gateway has taken it. */
  stream: DownstreamStream | undefined;
  requestEnded = false;
  readonly #wire: Wire;
  readonly #trailers: boolean;
  readonly #head: Pick<RequestHead, "isHead" | "closes">;
  #encoder = new ResponseEncoder({ isHead: false, closes: true });
  #closes = true;

  constructor(wire: Wire, head: Pick<RequestHead, "isHead" | "closes">, enableTrailers: boolean) {
    this.#trailers = enableTrailers;
    this.#wire = wire;
    this.#head = head;
  }

  onHeaders(headers: Header[], endStream: boolean, early: boolean): void {
    this.#closes = early || this.#head.closes;
    this.#encoder = new ResponseEncoder({ isHead: this.#head.isHead, closes: this.#closes });
    this.#wire.write(this.#encoder.head(headers, endStream));
    if (endStream) this.#wire.responded(this.#closes);
  }

  onData(chunk: Uint8Array, endStream: boolean): void {
    for (const part of this.#encoder.data(chunk, endStream)) this.#wire.write(part);
    if (endStream) this.#wire.responded(this.#closes);
  }

  onTrailers(trailers: Header[]): void {
    for (const part of this.#encoder.trailers(this.#trailers ? trailers : [])) this.#wire.write(part);
    this.#wire.responded(this.#closes);
  }

  onReset(): void {
    this.#wire.cut();
  }
}
