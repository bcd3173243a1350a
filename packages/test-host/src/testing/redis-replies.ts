import { encodeResp, type RespValue } from "../services/redis/resp.ts";

/** A reply in RESP, as `callOnRedisCall` takes it. The names are those of Go's kit. */
export const createRedisRespNull = (): Uint8Array => encodeResp({ type: "bulk", bytes: null });

/** @param message as Redis sends it: `ERR unknown command` */
export const createRedisRespError = (message: string): Uint8Array =>
  encodeResp({ type: "error", text: message });

export const createRedisRespString = (text: string): Uint8Array => encodeResp(bulk(text));

export const createRedisRespInt = (value: number | bigint): Uint8Array => encodeResp(integer(value));

/** Redis has no booleans: 1 or 0. */
export const createRedisRespBool = (value: boolean): Uint8Array => createRedisRespInt(value ? 1 : 0);

/** Redis has no floats: their text. */
export const createRedisRespFloat = (value: number): Uint8Array => createRedisRespString(String(value));

/** Numbers become integers where they are whole, everything else text; null is the null reply. */
export const createRedisRespArray = (
  items: readonly (string | number | bigint | boolean | null)[],
): Uint8Array => encodeResp({ type: "array", items: items.map(item) });

function item(value: string | number | bigint | boolean | null): RespValue {
  if (value === null) return { type: "bulk", bytes: null };
  if (typeof value === "boolean") return integer(value ? 1 : 0);
  if (typeof value === "bigint" || Number.isInteger(value)) return integer(value as bigint | number);
  return bulk(String(value));
}

function bulk(text: string): RespValue {
  return { type: "bulk", bytes: Buffer.from(text) };
}

function integer(value: number | bigint): RespValue {
  return { type: "integer", value: BigInt(value) };
}
