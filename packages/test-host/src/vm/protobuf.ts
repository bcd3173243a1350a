/** One field as it stands on the wire: a number for wire types 0, 1 and 5, bytes for 2. */
export interface ProtoField {
  number: number;
  value: bigint | Uint8Array;
}

const VARINT = 0;
const FIXED64 = 1;
const BYTES = 2;
const GROUP = 3;
const END_GROUP = 4;
const FIXED32 = 5;
const LONGEST_VARINT = 10;

/** The fields of a serialized message in their order; undefined when the bytes are none. Groups are skipped. */
export function readProto(bytes: Uint8Array): ProtoField[] | undefined {
  const reader = new Reader(bytes);
  const fields: ProtoField[] = [];
  while (!reader.atEnd) {
    const field = reader.field();
    if (field === undefined) return undefined;
    if (field !== "group") fields.push(field);
  }
  return fields;
}

/** A string or bytes field's last value, undefined when it is not there. */
export function bytesField(fields: readonly ProtoField[], number: number): Uint8Array | undefined {
  const value = fields.findLast((field) => field.number === number && typeof field.value !== "bigint")?.value;
  return value as Uint8Array | undefined;
}

/** A number field's last value, 0 when it is not there. */
export function numberField(fields: readonly ProtoField[], number: number): number {
  const value = fields.findLast((field) => field.number === number && typeof field.value === "bigint")?.value;
  return Number(value ?? 0n);
}

/** A string field's last value, empty when it is not there; undefined when it is not UTF-8, which fails the message. */
export function textField(fields: readonly ProtoField[], number: number): string | undefined {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytesField(fields, number) ?? new Uint8Array());
  } catch {
    return undefined;
  }
}

/** A serialized message of bools and byte fields; what is false or empty is left out, as proto3 does. */
export function writeProto(
  fields: readonly (readonly [number: number, value: boolean | Uint8Array])[],
): Uint8Array {
  const parts: Uint8Array[] = [];
  for (const [number, value] of fields) {
    if (value === true) parts.push(Uint8Array.of((number << 3) | VARINT, 1));
    else if (value !== false && value.length > 0)
      parts.push(Uint8Array.of((number << 3) | BYTES), varint(value.length), value);
  }
  return new Uint8Array(Buffer.concat(parts));
}

function varint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let rest = value; ; rest >>>= 7) {
    if (rest < 0x80) return Uint8Array.of(...bytes, rest);
    bytes.push((rest & 0x7f) | 0x80);
  }
}

class Reader {
  readonly #bytes: Uint8Array;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get atEnd(): boolean {
    return this.#at >= this.#bytes.length;
  }

  field(depth = 0): ProtoField | "group" | undefined {
    const tag = this.#varint();
    if (tag === undefined || tag > 0xffffffffn || tag < 8n) return undefined;
    const number = Number(tag >> 3n);
    const wireType = Number(tag & 7n);
    if (wireType === GROUP) return this.#group(number, depth);
    const value =
      wireType === VARINT
        ? this.#varint()
        : wireType === FIXED64
          ? this.#fixed(8)
          : wireType === FIXED32
            ? this.#fixed(4)
            : wireType === BYTES
              ? this.#lengthDelimited()
              : undefined;
    return value === undefined ? undefined : { number, value };
  }

  #group(number: number, depth: number): "group" | undefined {
    if (depth > 100) return undefined;
    for (;;) {
      const start = this.#at;
      const tag = this.#varint();
      if (tag === undefined) return undefined;
      if (Number(tag & 7n) === END_GROUP) return Number(tag >> 3n) === number ? "group" : undefined;
      this.#at = start;
      if (this.field(depth + 1) === undefined) return undefined;
    }
  }

  #varint(): bigint | undefined {
    let value = 0n;
    for (let i = 0; i < LONGEST_VARINT; i++) {
      const byte = this.#bytes[this.#at++];
      if (byte === undefined) return undefined;
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    return undefined;
  }

  #fixed(size: number): bigint | undefined {
    const bytes = this.#take(size);
    if (bytes === undefined) return undefined;
    return bytes.reduceRight<bigint>((value, byte) => (value << 8n) | BigInt(byte), 0n);
  }

  #lengthDelimited(): Uint8Array | undefined {
    const length = this.#varint();
    return length === undefined || length > 0x7fffffffn ? undefined : this.#take(Number(length));
  }

  #take(size: number): Uint8Array | undefined {
    if (this.#at + size > this.#bytes.length) return undefined;
    this.#at += size;
    return this.#bytes.subarray(this.#at - size, this.#at);
  }
}
