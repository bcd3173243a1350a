import { CelError, isUint, type CelValue } from "./values.ts";

const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
const fits = (value: bigint, bits: (n: number, value: bigint) => bigint): bigint => {
  if (bits(64, value) !== value) throw new CelError("out of range");
  return value;
};

function size(value: CelValue): bigint {
  if (typeof value === "string") return BigInt([...value].length);
  if (value instanceof Uint8Array || Array.isArray(value)) return BigInt(value.length);
  if (value instanceof Map) return BigInt(value.size);
  throw new CelError("no such overload");
}

function toInteger(value: CelValue): bigint {
  if (typeof value === "bigint") return value;
  if (isUint(value)) return value.uint;
  if (typeof value === "number" && Number.isFinite(value)) return BigInt(Math.trunc(value));
  if (typeof value === "string" && /^[+-]?\d+$/.test(value)) return BigInt(value);
  throw new CelError("not an integer");
}

function toText(value: CelValue): string {
  if (value instanceof Uint8Array) return decode(value);
  if (isUint(value)) return String(value.uint);
  if (["string", "bigint", "number", "boolean"].includes(typeof value)) return String(value);
  throw new CelError("no such overload");
}

const onTexts =
  (apply: (text: string, argument: string) => boolean) =>
  (text: CelValue, argument: CelValue = null): CelValue => {
    if (typeof text !== "string" || typeof argument !== "string") throw new CelError("no such overload");
    return apply(text, argument);
  };

/** Found anywhere in the text. JavaScript's expressions, which agree with RE2's in what both have. */
function matches(text: string, pattern: string): boolean {
  try {
    return new RegExp(pattern, "u").test(text);
  } catch {
    throw new CelError("invalid regular expression");
  }
}

/** The target of a method call is the first argument. */
export const FUNCTIONS: Record<string, { arity: number; run: (...args: CelValue[]) => CelValue }> = {
  size: { arity: 1, run: (value = null) => size(value) },
  startsWith: { arity: 2, run: onTexts((text, part) => text.startsWith(part)) as never },
  endsWith: { arity: 2, run: onTexts((text, part) => text.endsWith(part)) as never },
  contains: { arity: 2, run: onTexts((text, part) => text.includes(part)) as never },
  matches: { arity: 2, run: onTexts(matches) as never },
  string: { arity: 1, run: (value = null) => toText(value) },
  int: { arity: 1, run: (value = null) => fits(toInteger(value), BigInt.asIntN) },
  uint: { arity: 1, run: (value = null) => ({ uint: fits(toInteger(value), BigInt.asUintN) }) },
  double: {
    arity: 1,
    run(value = null) {
      const number = isUint(value) ? Number(value.uint) : Number(typeof value === "object" ? NaN : value);
      if (Number.isNaN(number)) throw new CelError("not a number");
      return number;
    },
  },
  bytes: {
    arity: 1,
    run(value = null) {
      if (value instanceof Uint8Array) return value;
      if (typeof value !== "string") throw new CelError("no such overload");
      return new TextEncoder().encode(value);
    },
  },
  dyn: { arity: 1, run: (value = null) => value },
};

export const MACROS = new Set(["all", "exists", "exists_one", "map", "filter"]);

/** In Envoy, not here. */
export const LEFT_OUT = new Set(
  (
    "type duration timestamp getDate getDayOfMonth getDayOfWeek getDayOfYear getFullYear getHours getMilliseconds " +
    "getMinutes getMonth getSeconds"
  ).split(" "),
);
