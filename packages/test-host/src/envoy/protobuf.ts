/**
 * The wire format of the well-known types that a configuration may be written in, as far as JSON can say them.
 * Source: protobuf's encoding guide, and google/protobuf/{struct,wrappers}.proto.
 */
const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;

function varint(value: bigint): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, value);
  while (rest > 127n) {
    bytes.push(Number(rest & 127n) | 128);
    rest >>= 7n;
  }
  return Uint8Array.from([...bytes, Number(rest)]);
}

function field(number: number, wire: number, payload: Uint8Array): Uint8Array {
  const length = wire === LENGTH ? varint(BigInt(payload.length)) : new Uint8Array();
  return Buffer.concat([varint(BigInt((number << 3) | wire)), length, payload]);
}

function double(value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeDoubleLE(value);
  return bytes;
}

const text = (value: string) => Buffer.from(value);

/** `google.protobuf.Value` */
function encodeValue(value: unknown): Uint8Array {
  switch (typeof value) {
    case "number":
      return field(2, FIXED64, double(value));
    case "string":
      return field(3, LENGTH, text(value));
    case "boolean":
      return field(4, VARINT, varint(value ? 1n : 0n));
    default:
      if (value === null || value === undefined) return field(1, VARINT, varint(0n));
      return Array.isArray(value)
        ? field(6, LENGTH, encodeList(value))
        : field(5, LENGTH, encodeStruct(value as Record<string, unknown>));
  }
}

function encodeList(values: readonly unknown[]): Uint8Array {
  return Buffer.concat(values.map((value) => field(1, LENGTH, encodeValue(value))));
}

/** Members go out in their order; protobuf itself promises none. */
export function encodeStruct(members: Record<string, unknown>): Uint8Array {
  const entries = Object.entries(members).map(([name, value]) =>
    field(1, LENGTH, Buffer.concat([field(1, LENGTH, text(name)), field(2, LENGTH, encodeValue(value))])),
  );
  return Buffer.concat(entries);
}

/** `xds.type.v3.TypedStruct` */
export function encodeTypedStruct(typeUrl: string, members: Record<string, unknown>): Uint8Array {
  const url = typeUrl === "" ? new Uint8Array() : field(1, LENGTH, text(typeUrl));
  return Buffer.concat([url, field(2, LENGTH, encodeStruct(members))]);
}

function isStruct(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wholeNumber(minimum: bigint, maximum: bigint) {
  return (value: unknown): Uint8Array | undefined => {
    if (!/^-?\d+$/.test(String(value))) return undefined;
    const number = BigInt(String(value));
    if (number < minimum || number > maximum) return undefined;
    return number === 0n ? new Uint8Array() : field(1, VARINT, varint(number));
  };
}

/**
 * By message: the bytes of the `value` that stands beside `@type`; undefined when it is of another shape. What equals
 * the default is left out, as in proto3.
 */
export const WELL_KNOWN: Readonly<Record<string, (value: unknown) => Uint8Array | undefined>> = {
  "google.protobuf.Struct": (value) => (isStruct(value) ? encodeStruct(value) : undefined),
  "google.protobuf.ListValue": (value) => (Array.isArray(value) ? encodeList(value) : undefined),
  "google.protobuf.Value": encodeValue,
  "google.protobuf.Empty": () => new Uint8Array(),
  "google.protobuf.BoolValue": (value) => {
    if (typeof value !== "boolean") return undefined;
    return value ? field(1, VARINT, varint(1n)) : new Uint8Array();
  },
  "google.protobuf.DoubleValue": (value) => {
    if (typeof value !== "number") return undefined;
    return value === 0 ? new Uint8Array() : field(1, FIXED64, double(value));
  },
  "google.protobuf.Int32Value": wholeNumber(-(2n ** 31n), 2n ** 31n - 1n),
  "google.protobuf.Int64Value": wholeNumber(-(2n ** 63n), 2n ** 63n - 1n),
  "google.protobuf.UInt32Value": wholeNumber(0n, 2n ** 32n - 1n),
  "google.protobuf.UInt64Value": wholeNumber(0n, 2n ** 64n - 1n),
};
