import { ProtocolError } from "./protocol-error.ts";

const LINE_FEED = 0x0a;
const CARRIAGE_RETURN = 0x0d;

/** Bytes that have come and have not been read. A view of them is valid until the next `push`. */
export class ByteReader {
  #bytes: Buffer = Buffer.alloc(0);
  #at = 0;
  /** How far a line's end was looked for in vain. */
  #searched = 0;
  #isBare = false;

  push(bytes: Buffer): void {
    this.#bytes =
      this.#at === this.#bytes.length ? bytes : Buffer.concat([this.#bytes.subarray(this.#at), bytes]);
    this.#searched -= Math.min(this.#searched, this.#at);
    this.#at = 0;
  }

  /** Whether the last line ended with a line feed alone. */
  get isBareLine(): boolean {
    return this.#isBare;
  }

  get length(): number {
    return this.#bytes.length - this.#at;
  }

  /** Up to `limit` bytes. */
  take(limit: number): Buffer {
    const taken = this.#bytes.subarray(this.#at, this.#at + limit);
    this.#at += taken.length;
    this.#searched = this.#at;
    return taken;
  }

  /** The next line without its end, CR LF or a bare LF; undefined until it is whole. A longer one than `limit` is refused. */
  line(limit: number, refusal: () => ProtocolError): string | undefined {
    const end = this.#bytes.indexOf(LINE_FEED, Math.max(this.#searched, this.#at));
    if ((end < 0 ? this.#bytes.length : end) - this.#at > limit) throw refusal();
    if (end < 0) {
      this.#searched = this.#bytes.length;
      return undefined;
    }
    this.#isBare = end === this.#at || this.#bytes[end - 1] !== CARRIAGE_RETURN;
    const stop = this.#isBare ? end : end - 1;
    const line = this.#bytes.toString("latin1", this.#at, stop);
    this.#at = this.#searched = end + 1;
    return line;
  }
}
