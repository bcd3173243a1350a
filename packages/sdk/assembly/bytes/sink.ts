import { sizeBound, write } from "../abi/text";
import { Bytes } from "./bytes";

/** Bytes that are put together piece by piece. Grows as needed; `take` hands them over without a copy. */
export class ByteSink {
  private buffer: ArrayBuffer;
  private used: i32 = 0;

  /** `capacity`: bytes to begin with. */
  constructor(capacity: i32 = 64) {
    this.buffer = new ArrayBuffer(max(16, capacity));
  }
  /** Bytes so far. */
  get length(): i32 {
    return this.used;
  }
  /** One byte: the lowest eight bits of a number. */
  byte(value: u32): this {
    store<u8>(this.room(1), value);
    this.used++;
    return this;
  }
  /** Bytes, copied. */
  bytes(bytes: Bytes): this {
    return this.memory(bytes.pointer, bytes.length);
  }
  /** A text in UTF-8, as `Bytes.of`. */
  text(text: string): this {
    const start = this.room(<i32>sizeBound(text));
    this.used += <i32>(write(text, start) - start);
    return this;
  }
  /** For libraries: a piece of memory. */
  memory(pointer: usize, length: i32): this {
    memory.copy(this.room(length), pointer, length);
    this.used += length;
    return this;
  }
  /** For decompressors: `length` bytes again that stand `distance` back; the two may overlap. */
  repeat(distance: i32, length: i32): this {
    let to = this.room(length);
    const end = to + length;
    for (; to < end; to++) store<u8>(to, load<u8>(to - distance));
    this.used += length;
    return this;
  }
  /** What has been put in since there were `from` bytes; valid until more is put in. */
  view(from: i32): Bytes {
    return Bytes.wrap(this.buffer).slice(from, this.used);
  }
  /** What has been put in; the sink is empty again afterwards. */
  take(): Bytes {
    const bytes = Bytes.wrap(this.buffer).slice(0, this.used);
    this.buffer = new ArrayBuffer(16);
    this.used = 0;
    return bytes;
  }
  private room(more: i32): usize {
    const size = this.buffer.byteLength;
    if (this.used + more > size) {
      const grown = new ArrayBuffer(max(size * 2, this.used + more));
      memory.copy(changetype<usize>(grown), changetype<usize>(this.buffer), this.used);
      this.buffer = grown;
    }
    return changetype<usize>(this.buffer) + this.used;
  }
}
