import { Bytes } from "../bytes/bytes";

/**
 * Reads a protobuf message, field by field, in the order of the wire:
 *
 *     while (reader.next()) if (reader.field == 1) name = reader.text();
 *
 * Whatever the bytes are, it ends; `ok` says whether they were a message as a whole. Source: protobuf.dev, encoding.
 */
export class ProtoReader {
  /** The number of the present field. */
  field: u32 = 0;
  /** False once the bytes turned out to be no message. */
  ok: bool = true;
  private at: i32 = 0;
  private value: u64 = 0;
  private content: Bytes = Bytes.EMPTY;

  constructor(private source: Bytes) {}

  /** Goes to the next field; false at the end. */
  next(): bool {
    if (!this.ok || this.at >= this.source.length) return false;
    const key = this.raw();
    this.field = <u32>(key >> 3);
    this.content = Bytes.EMPTY;
    this.value = 0;
    switch (<u32>(key & 7)) {
      case 0:
        this.value = this.raw();
        break;
      case 1:
        this.fixed(8);
        break;
      case 2:
        this.delimited();
        break;
      case 5:
        this.fixed(4);
        break;
      default:
        this.ok = false;
    }
    if (!this.field) this.ok = false;
    return this.ok;
  }
  /** Of a varint or fixed field; 0 for others. */
  u64(): u64 {
    return this.value;
  }
  /** The same with a sign, as `int64` is written. */
  i64(): i64 {
    return <i64>this.value;
  }
  /** Whether a varint is not 0. */
  bool(): bool {
    return this.value != 0;
  }
  /** Of a fixed field of 64 bits. */
  double(): f64 {
    return reinterpret<f64>(this.value);
  }
  /** Of a text, bytes or message: a view; empty for others. */
  bytes(): Bytes {
    return this.content;
  }
  /** As UTF-8, see `Bytes.text`. */
  text(): string {
    return this.content.text();
  }
  /** A message in this one. */
  nested(): ProtoReader {
    return new ProtoReader(this.content);
  }
  private fixed(size: i32): void {
    if (this.source.length - this.at < size) this.ok = false;
    else for (let i = 0; i < size; i++) this.value |= (<u64>this.source.at(this.at++)) << (i << 3);
  }
  private delimited(): void {
    const length = this.raw();
    if (!this.ok || length > <u64>(this.source.length - this.at)) {
      this.ok = false;
      return;
    }
    this.content = this.source.slice(this.at, this.at + <i32>length);
    this.at += <i32>length;
  }
  private raw(): u64 {
    let value: u64 = 0;
    for (let shift: u64 = 0; shift < 70; shift += 7) {
      const byte = this.source.at(this.at++);
      if (byte < 0) break;
      value |= (<u64>(byte & 127)) << shift;
      if (byte < 128) return value;
    }
    this.ok = false;
    return 0;
  }
}
