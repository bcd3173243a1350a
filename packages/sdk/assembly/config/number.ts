import { putByte, putNumber, putText } from "../abi/compose";
import { utf8 } from "../abi/literals";
import { Encoded } from "../abi/text";
import { firstIn, isText, nextIn } from "../json/condensed";
import { decimalAt } from "../json/decimal";
import { isJson } from "../json/validate";
import { Part, find } from "./part";
import { endProblem, missing, startProblem } from "./problem";

/** Both ends count. */
export class NumberRange {
  /** The least that is accepted. Default: the least that is finite. */
  min: f64 = -f64.MAX_VALUE;
  /** The most that is accepted. Default: the largest that is finite. */
  max: f64 = f64.MAX_VALUE;
}

// @ts-ignore: decorator
@inline export function leastNumber(range: NumberRange | null): f64 {
  return range ? range.min : -f64.MAX_VALUE;
}
// @ts-ignore: decorator
@inline export function mostNumber(range: NumberRange | null): f64 {
  return range ? range.max : f64.MAX_VALUE;
}
export function readNumber(
  from: Part,
  key: Encoded,
  otherwise: f64,
  min: f64,
  max: f64,
  required: bool,
): f64 {
  const found = find(from, key);
  if (!found) {
    if (required) missing(from, key);
    return otherwise;
  }
  const value = isText(found) ? valueBetween(firstIn(found), nextIn(found)) : NaN;
  if (value >= min && value <= max) return value;
  startProblem(from, key, -1);
  putText(utf8("must be a number"));
  putBound(utf8(" from "), min);
  putBound(utf8(" up to "), max);
  endProblem();
  return otherwise;
}
/** NaN when a text is no number of JSON. */
function valueBetween(start: usize, end: usize): f64 {
  // A byte of another value, which could go on with this one.
  const behind = load<u8>(end);
  store<u8>(end, 0);
  const first: u32 = load<u8>(start);
  const isNumber =
    (first == 45 || first - 48 < 10) && <u32>load<u8>(end - 1) - 48 < 10 && isJson(start, end - start);
  const value = isNumber ? decimalAt(start) : NaN;
  store<u8>(end, behind);
  return value;
}
/** To nine places; nothing where the range has no end that is worth its digits. */
function putBound(before: Encoded, bound: f64): void {
  const size = abs(bound);
  if (!(size < 1e18)) return;
  putText(before);
  if (bound < 0) putByte(45);
  let whole = <i64>size;
  let places = <i64>nearest((size - <f64>whole) * 1e9);
  if (places == 1_000_000_000) {
    whole++;
    places = 0;
  }
  putNumber(whole);
  if (places) putByte(46);
  for (let unit: i64 = 100_000_000; places; unit /= 10) {
    putByte(48 + <u32>(places / unit));
    places %= unit;
  }
}
