import type { Header } from "../services/upstream/upstream.ts";
import { Body } from "./body.ts";
import { HeaderMap } from "./header-map.ts";
import type { HttpStream } from "./http-stream.ts";

/** What the client has sent of a request and the filters have not taken yet. */
export class Incoming {
  readonly #stream: HttpStream;
  #waiting: ({ chunk: Uint8Array; endStream: boolean } | { trailers: Header[] })[] = [];
  #reading = false;
  #blocked = false;
  readonly #onWantsMore: () => void;

  constructor(stream: HttpStream, onWantsMore: () => void) {
    this.#stream = stream;
    this.#onWantsMore = onWantsMore;
  }

  /** Nothing waits, and the upstream keeps up. */
  get wantsMore(): boolean {
    return this.#waiting.length === 0 && !this.#blocked;
  }

  set blocked(blocked: boolean) {
    this.#blocked = blocked;
    this.read();
    if (!blocked && this.wantsMore) this.#onWantsMore();
  }

  push(part: { chunk: Uint8Array; endStream: boolean } | { trailers: Header[] }): void {
    if (this.#stream.ended || this.#stream.request.observedEnd) return;
    this.#waiting.push(part);
    this.read();
  }

  /** Reads as far as back-pressure allows. */
  read(): void {
    if (this.#reading) return;
    this.#reading = true;
    const waited = this.#waiting.length > 0;
    const stream = this.#stream;
    const { request } = stream;
    while (!stream.ended && !request.aboveWatermark && !this.#blocked) {
      const next = this.#waiting.shift();
      if (next === undefined) break;
      if ("trailers" in next) {
        request.observedEnd = true;
        request.trailers = new HeaderMap(next.trailers, "request trailers");
        request.sendTrailers(undefined);
      } else {
        stream.requestBytes += next.chunk.length;
        request.observedEnd = next.endStream;
        request.sendData(undefined, new Body(next.chunk), next.endStream);
      }
    }
    this.#reading = false;
    if (waited && this.wantsMore) queueMicrotask(this.#onWantsMore);
  }
}
