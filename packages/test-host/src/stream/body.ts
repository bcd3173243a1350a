/** Bytes on their way through the filter chain: appended by the network, edited by guests, taken by whoever is next. */
export class Body {
  #chunks: Uint8Array[];
  #length: number;

  constructor(bytes?: Uint8Array) {
    this.#chunks = bytes === undefined || bytes.length === 0 ? [] : [bytes];
    this.#length = bytes?.length ?? 0;
  }

  get length(): number {
    return this.#length;
  }

  append(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#chunks.push(bytes);
    this.#length += bytes.length;
  }

  /** All bytes; the body is empty afterwards. */
  take(): Uint8Array {
    const all = this.bytes();
    this.#chunks = [];
    this.#length = 0;
    return all;
  }

  /** All bytes, joined; they stay. */
  bytes(): Uint8Array {
    const first = this.#chunks[0];
    if (this.#chunks.length > 1 || first === undefined) {
      const joined = new Uint8Array(this.#length);
      let offset = 0;
      for (const chunk of this.#chunks) {
        joined.set(chunk, offset);
        offset += chunk.length;
      }
      this.#chunks = [joined];
      return joined;
    }
    return first;
  }

  /**
   * `proxy_set_buffer_bytes`: start 0 replaces the first `size` bytes (0 prepends, at least the length replaces all),
   * start at or beyond the end appends. false: a start in the middle, which gateways refuse.
   */
  splice(start: number, size: number, bytes: Uint8Array): boolean {
    if (start >= this.#length && start > 0) {
      this.append(bytes);
      return true;
    }
    if (start !== 0) return false;
    const rest = this.take().subarray(size);
    this.append(bytes);
    this.append(rest);
    return true;
  }
}
