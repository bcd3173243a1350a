import { CelError, isUint, type CelValue } from "./values.ts";

/** Numbers of different types are equal when their values are; other types never are. */
export function equal(a: CelValue, b: CelValue): boolean {
  const [left, right] = [comparable(a), comparable(b)];
  if (typeof left !== "object" && typeof right !== "object") {
    return isNumeric(left) && isNumeric(right) ? left == right : left === right;
  }
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, i) => equal(item, b[i]!));
  if (a instanceof Map && b instanceof Map)
    return (
      a.size === b.size &&
      [...a].every(([key, value]) => [...b].some(([k, v]) => equal(key, k) && equal(value, v)))
    );
  return a === null && b === null;
}

export function order(a: CelValue, b: CelValue): number {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b);
  const [left, right] = [comparable(a), comparable(b)];
  const fits = (isNumeric(left) && isNumeric(right)) || (typeof left === typeof right && left !== null);
  if (!fits || typeof left === "object" || typeof right === "object") throw new CelError("no such overload");
  return left < right! ? -1 : left > right! ? 1 : 0;
}

function comparable(value: CelValue): CelValue {
  return isUint(value) ? value.uint : value;
}

const isNumeric = (value: CelValue): value is bigint | number =>
  typeof value === "bigint" || typeof value === "number";

/** `+ - * / %`, of two operands of one type. */
export function arithmetic(sign: string, a: CelValue, b: CelValue): CelValue {
  if (typeof a === "bigint" && typeof b === "bigint") {
    const result = integer(sign, a, b);
    if (BigInt.asIntN(64, result) !== result) throw new CelError("integer overflow");
    return result;
  }
  if (isUint(a) && isUint(b)) {
    const result = integer(sign, a.uint, b.uint);
    if (BigInt.asUintN(64, result) !== result) throw new CelError("unsigned integer overflow");
    return { uint: result };
  }
  if (typeof a === "number" && typeof b === "number" && sign !== "%")
    return sign === "+" ? a + b : sign === "-" ? a - b : sign === "*" ? a * b : a / b;
  if (sign === "+") {
    if (typeof a === "string" && typeof b === "string") return a + b;
    if (a instanceof Uint8Array && b instanceof Uint8Array) return new Uint8Array(Buffer.concat([a, b]));
    if (Array.isArray(a) && Array.isArray(b)) return [...a, ...b];
  }
  throw new CelError("no such overload");
}

function integer(sign: string, a: bigint, b: bigint): bigint {
  if ((sign === "/" || sign === "%") && b === 0n) throw new CelError("divide by zero");
  switch (sign) {
    case "+":
      return a + b;
    case "-":
      return a - b;
    case "*":
      return a * b;
    case "/":
      return a / b;
    default:
      return a % b;
  }
}
