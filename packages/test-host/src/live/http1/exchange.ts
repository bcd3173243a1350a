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
  /** More of the request can be taken. */
  requestWanted(): void;
}

type AnsweredHead = Pick<RequestHead, "isHead" | "isOld" | "closes">;

const isSwitch = (headers: readonly Header[]): boolean => headers[0]?.[1] === "101";

/** One request and the response to it on a connection. */
export class Exchange implements DownstreamEvents {
  /** Where the request goes; set as soon as the gateway has taken it. */
  stream: DownstreamStream | undefined;
  requestEnded = false;
  readonly #wire: Wire;
  readonly #trailers: boolean;
  readonly #head: AnsweredHead;
  #encoder = new ResponseEncoder({ isHead: false, closes: true, isOld: false });
  #closes = true;

  constructor(wire: Wire, head: AnsweredHead, enableTrailers: boolean) {
    this.#trailers = enableTrailers;
    this.#wire = wire;
    this.#head = head;
  }

  onHeaders(headers: Header[], endStream: boolean, early: boolean): void {
    const { isHead, isOld, closes } = this.#head;
    const isUnbounded = isOld && !endStream && !headers.some(([name]) => name === "content-length");
    this.#closes = early || closes || isUnbounded;
    this.#encoder = new ResponseEncoder({ isHead, isOld, closes: this.#closes && !isSwitch(headers) });
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

  onWantsMore(): void {
    this.#wire.requestWanted();
  }

  onReset(): void {
    this.#wire.cut();
  }
}
