import { CommandError } from "./reply.ts";

const NOT_AN_INTEGER = "ERR value is not an integer or out of range";
const NOT_A_FLOAT = "ERR value is not a valid float";

const MINIMUM = -(2n ** 63n);
const MAXIMUM = 2n ** 63n - 1n;

/** A signed 64-bit integer as Redis reads one: no sign but a minus, no leading zero, no blank. */
export function parseInteger(text: string, problem: string = NOT_AN_INTEGER): bigint {
  const value = /^(?:0|-?[1-9][0-9]{0,18})$/.test(text) ? BigInt(text) : undefined;
  if (value === undefined || !fits(value)) throw new CommandError(problem);
  return value;
}

/** The same, for an index or a count, as far as a number tells them apart. */
export function parseIndex(text: string): number {
  return Number(parseInteger(text));
}

export function fits(value: bigint): boolean {
  return value >= MINIMUM && value <= MAXIMUM;
}

/** A float as Redis reads one: decimal, exponent or infinity; not a number is refused. */
export function parseFloatArgument(text: string, problem: string = NOT_A_FLOAT): number {
  const infinity = /^([+-]?)inf(?:inity)?$/i.exec(text);
  if (infinity !== null) return infinity[1] === "-" ? -Infinity : Infinity;
  if (!/^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:e[+-]?[0-9]+)?$/i.test(text)) throw new CommandError(problem);
  return Number(text);
}

/** A double as Redis 7.0 writes a score. */
export function formatDouble(value: number): string {
  if (Number.isFinite(value)) return seventeenDigits(value);
  return value > 0 ? "inf" : "-inf";
}

/** C's `%.17g`. */
function seventeenDigits(value: number): string {
  const [mantissa = "", exponentText = "0"] = value.toExponential(16).split("e");
  const exponent = Number(exponentText);
  if (exponent < -4 || exponent >= 17) {
    const sign = exponent < 0 ? "-" : "+";
    return `${withoutTrailingZeros(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
  }
  return (Object.is(value, -0) ? "-" : "") + withoutTrailingZeros(value.toFixed(16 - exponent));
}

/** Digits after the point that INCRBYFLOAT keeps. */
const DECIMALS = 17;

/**
 * The sum of two floats as INCRBYFLOAT and HINCRBYFLOAT write it: without an exponent, 17 digits after the point at most.
 * In decimal, because Redis adds long doubles: 0.1 and 0.2 make 0.3.
 */
export function addFloats(a: string, b: string): string {
  if (!Number.isFinite(Number(a) + Number(b)))
    throw new CommandError("ERR increment would produce NaN or Infinity");
  const sum = scaled(a) + scaled(b);
  const digits = (sum < 0n ? -sum : sum).toString().padStart(DECIMALS + 1, "0");
  const text = withoutTrailingZeros(`${digits.slice(0, -DECIMALS)}.${digits.slice(-DECIMALS)}`);
  return sum < 0n ? `-${text}` : text;
}

/** A decimal number in units of its last digit kept. */
function scaled(text: string): bigint {
  const [mantissa = "", exponent = "0"] = text.toLowerCase().split("e");
  const [whole = "", fraction = ""] = mantissa.split(".");
  const shift = DECIMALS + Number(exponent) - fraction.length;
  const digits = BigInt(whole.replace(/[+-]/, "") + fraction);
  const value = shift >= 0 ? digits * 10n ** BigInt(shift) : digits / 10n ** BigInt(Math.min(-shift, 1000));
  return whole.startsWith("-") ? -value : value;
}

function withoutTrailingZeros(digits: string): string {
  return digits.includes(".") ? digits.replace(/\.?0+$/, "") : digits;
}
