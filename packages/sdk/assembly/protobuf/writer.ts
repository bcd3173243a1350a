import { Bytes } from "../bytes/bytes";
import { bytesOf } from "../bytes/data";
import { ByteSink } from "../bytes/sink";
import { wellFormed } from "../bytes/well-formed";

/** Writes a protobuf message, field by field. Default values may be left out. Source: protobuf.dev, encoding. */
export class ProtoWriter {
  private sink: ByteSink = new ByteSink();

  /** int32, int64, uint32, uint64, bool, enum. */
  varint(field: u32, value: u64): this {
    this.raw((<u64>field) << 3);
    this.raw(value);
    return this;
  }
  /** As a varint, also when it is false. */
  bool(field: u32, value: bool): this {
    return this.varint(field, <u64>value);
  }
  /** In UTF-8, also when it is empty; what is not UTF-8 becomes U+FFFD. */
  text(field: u32, value: string): this {
    return this.bytes(field, wellFormed(bytesOf(value)));
  }
  /** As they are, also when there are none. */
  bytes(field: u32, value: Bytes): this {
    this.raw(((<u64>field) << 3) | 2);
    this.raw(value.length);
    this.sink.bytes(value);
    return this;
  }
  /** A message in this one. */
  message(field: u32, value: ProtoWriter): this {
    return this.bytes(field, value.take());
  }
  /** The message; the writer is empty again afterwards. */
  take(): Bytes {
    return this.sink.take();
  }
  private raw(value: u64): void {
    for (; value > 127; value >>= 7) this.sink.byte((<u32>(value & 127)) | 128);
    this.sink.byte(<u32>value);
  }
}
