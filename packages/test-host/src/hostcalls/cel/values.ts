import { decodePairs, encodePairs, fromBytes } from "../../vm/pairs.ts";

/** An attribute of the stream that has not been read: `request`, `request.headers`. */
export interface Attribute {
  path: readonly string[];
}

export interface Uint {
  uint: bigint;
}

export type CelValue =
  | bigint
  | Uint
  | number
  | string
  | boolean
  | null
  | Uint8Array
  | CelValue[]
  | Map<CelValue, CelValue>
  | Attribute;

/** An evaluation that fails: `expr_evaluate` answers 10. */
export class CelError extends Error {}

const MAPS = new Set(["request.headers", "response.headers", "response.trailers"]);
const INTS = new Set(
  (
    "request.size request.total_size response.code response.flags response.grpc_status response.size response.total_size " +
    "source.port destination.port upstream.port upstream.request_attempt_count xds.listener_direction"
  ).split(" "),
);
const UINTS = new Set(["connection.id", "connection_id"]);
const BOOLS = new Set(["connection.mtls"]);
/** Times have arithmetic of their own, which is left out. */
export const TIMES = new Set(["request.time", "request.duration", "response.backend_latency"]);

export const isAttribute = (value: CelValue): value is Attribute =>
  typeof value === "object" && value !== null && "path" in value;
export const isUint = (value: CelValue): value is Uint =>
  typeof value === "object" && value !== null && "uint" in value;
export const isMapAttribute = (value: CelValue): boolean =>
  isAttribute(value) && MAPS.has(value.path.join("."));

/** What the bytes of a property are. */
export function typedProperty(path: readonly string[], bytes: Uint8Array): CelValue {
  const name = path.join(".");
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (MAPS.has(name)) return new Map(decodePairs(bytes));
  if (INTS.has(name)) return view.getBigInt64(0, true);
  if (UINTS.has(name)) return { uint: view.getBigUint64(0, true) };
  if (BOOLS.has(name)) return bytes[0] === 1;
  return new TextDecoder().decode(bytes);
}

/** As the guest gets it; undefined: there is no form for it (result 3). */
export function serialized(value: CelValue): Uint8Array | undefined {
  const bytes = new Uint8Array(8);
  const view = new DataView(bytes.buffer);
  if (typeof value === "bigint") view.setBigInt64(0, value, true);
  else if (typeof value === "number") view.setFloat64(0, value, true);
  else if (typeof value === "string") return new TextEncoder().encode(value);
  else if (typeof value === "boolean") return Uint8Array.of(Number(value));
  else if (value instanceof Uint8Array) return value;
  else if (Array.isArray(value)) return pairs(value.map((item) => [item, ""]));
  else if (value instanceof Map) return pairs([...value]);
  else if (value !== null && isUint(value)) view.setBigUint64(0, value.uint, true);
  else return undefined;
  return bytes;
}

function pairs(entries: [CelValue, CelValue][]): Uint8Array | undefined {
  const texts = entries.map((entry) => entry.map(serialized));
  if (texts.flat().includes(undefined)) return undefined;
  return encodePairs(texts.map(([key, value]) => [fromBytes(key!), fromBytes(value!)]));
}
