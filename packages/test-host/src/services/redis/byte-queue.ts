const CR = 13;
const LF = 10;

/** Bytes that arrive in pieces: read from a cursor, and taken off the front when a value is whole. */
export class ByteQueue {
  #buffer = Buffer.alloc(1024);
  #end = 0;
  #cursor = 0;
  /** Everything from the cursor to here is known to hold no line break. */
  #searched = 0;

  /** Bytes from the cursor on. */
  get length(): number {
    return this.#end - this.#cursor;
  }

  push(chunk: Uint8Array): void {
    if (this.#end + chunk.length > this.#buffer.length) {
      const larger = Buffer.alloc(Math.max(this.#buffer.length * 2, this.#end + chunk.length));
      this.#buffer.copy(larger, 0, 0, this.#end);
      this.#buffer = larger;
    }
    this.#buffer.set(chunk, this.#end);
    this.#end += chunk.length;
  }

  at(offset: number): number | undefined {
    return offset < this.length ? this.#buffer[this.#cursor + offset] : undefined;
  }

  /** The next `count` bytes, or undefined while they are not all there. Valid until the next `push` or `take`. */
  peek(count: number): Uint8Array | undefined {
    return count <= this.length ? this.#buffer.subarray(this.#cursor, this.#cursor + count) : undefined;
  }

  skip(count: number): void {
    this.#cursor += count;
    this.#searched = this.#cursor;
  }

  /** Where the first CR or LF is, counted from the cursor. */
  findLineBreak(): number | undefined {
    for (let index = this.#searched; index < this.#end; index++) {
      const byte = this.#buffer[index];
      if (byte === CR || byte === LF) {
        this.#searched = index;
        return index - this.#cursor;
      }
    }
    this.#searched = this.#end;
    return undefined;
  }

  /** Where a byte is first found, counted from the cursor. */
  findByte(byte: number): number | undefined {
    const index = this.#buffer.subarray(this.#cursor, this.#end).indexOf(byte);
    return index === -1 ? undefined : index;
  }

  /** A copy of everything before the cursor, which is removed. */
  take(): Uint8Array {
    const taken = Uint8Array.prototype.slice.call(this.#buffer, 0, this.#cursor);
    this.#buffer.copyWithin(0, this.#cursor, this.#end);
    this.#end -= this.#cursor;
    this.#searched -= this.#cursor;
    this.#cursor = 0;
    return taken;
  }
}
