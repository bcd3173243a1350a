import { decode, sizeBound, write } from "../abi/text";

/** Bytes of a body or a chunk. A view: slices share the memory, which belongs to the garbage collector, so keep it as long as you like. */
export class Bytes {
  /** No bytes. */
  static get EMPTY(): Bytes {
    return new Bytes(new ArrayBuffer(0), 0, 0);
  }

  /** The UTF-8 bytes of a text. A lone surrogate becomes U+FFFD, if it does not stand for a byte that was not UTF-8, see `text`. */
  static of(text: string): Bytes {
    const buffer = new ArrayBuffer(<i32>sizeBound(text));
    const start = changetype<usize>(buffer);
    return new Bytes(buffer, 0, <i32>(write(text, start) - start));
  }
  /** All of a buffer, without a copy; no bytes for null. */
  static wrap(buffer: ArrayBuffer | null): Bytes {
    return buffer ? new Bytes(buffer, 0, buffer.byteLength) : Bytes.EMPTY;
  }

  constructor(
    /** Where they lie, maybe beside others. */
    readonly buffer: ArrayBuffer,
    private start: i32,
    /** How many they are. */
    readonly length: i32,
  ) {}

  /** Where they stand in memory; valid while the garbage collector sees these Bytes. */
  get pointer(): usize {
    return changetype<usize>(this.buffer) + <usize>this.start;
  }
  /**
   * Decodes UTF-8. Nothing is lost: a byte that is not UTF-8 becomes the lone surrogate U+DC00 + byte, and that byte again wherever the text
   * goes to.
   */
  text(): string {
    return decode(this.pointer, this.length);
  }
  /** The byte at a position, -1 outside. */
  at(index: i32): i32 {
    return <u32>index < <u32>this.length ? load<u8>(this.pointer + index) : -1;
  }
  /** Positions outside are clamped. */
  slice(from: i32, to: i32 = i32.MAX_VALUE): Bytes {
    const start = max(0, min(from, this.length));
    const end = max(start, min(to, this.length));
    return new Bytes(this.buffer, this.start + start, end - start);
  }
  /** The first position of `needle` at or behind `from`; -1 when there is none. */
  indexOf(needle: Bytes, from: i32 = 0): i32 {
    for (let i = max(0, from), last = this.length - needle.length; i <= last; i++) {
      if (memory.compare(this.pointer + i, needle.pointer, needle.length) == 0) return i;
    }
    return -1;
  }
  /** Whether they begin with other bytes; no bytes begin all. */
  startsWith(prefix: Bytes): bool {
    return prefix.length <= this.length && memory.compare(this.pointer, prefix.pointer, prefix.length) == 0;
  }
  /** Whether length and every byte are the same. Not in constant time: for secrets there is `crypto.safeEquals`. */
  equals(other: Bytes): bool {
    return other.length == this.length && this.startsWith(other);
  }
  /** Both, one behind the other: a copy, unless one is empty. */
  concat(other: Bytes): Bytes {
    if (!this.length) return other;
    if (!other.length) return this;
    const buffer = new ArrayBuffer(this.length + other.length);
    memory.copy(changetype<usize>(buffer), this.pointer, this.length);
    memory.copy(changetype<usize>(buffer) + this.length, other.pointer, other.length);
    return Bytes.wrap(buffer);
  }
}
