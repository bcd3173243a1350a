import { fail } from "./problem";

/** The whole number at `p`, which is a JSON number; fails where it has a fraction or an exponent, or does not fit. */
export function wholeAt<T>(p: usize): T {
  const negative = load<u8>(p) == 45;
  if (negative) p++;
  let n: u64 = 0;
  let fits = true;
  let c: u32 = 0;
  for (; (c = load<u8>(p)) - 48 < 10; p++) {
    const digit: u64 = c - 48;
    if (n > (u64.MAX_VALUE - digit) / 10) fits = false;
    n = n * 10 + digit;
  }
  if (c == 46 || (c | 32) == 101 || n > most<T>(negative)) fits = false;
  if (!fits) failWhole<T>();
  return <T>(negative ? 0 - n : n);
}
/** The largest distance from 0. */
function most<T>(negative: bool): u64 {
  const bits: u64 = sizeof<T>() * 8;
  if (isSigned<T>()) return ((<u64>1) << (bits - 1)) - <u64>!negative;
  return negative ? 0 : u64.MAX_VALUE >> (64 - bits);
}
export function failWhole<T>(): void {
  if (sizeof<T>() == 1)
    fail(isSigned<T>() ? "must be a whole number from -128 to 127" : "must be a whole number from 0 to 255");
  else if (sizeof<T>() == 2)
    fail(
      isSigned<T>()
        ? "must be a whole number from -32768 to 32767"
        : "must be a whole number from 0 to 65535",
    );
  else if (sizeof<T>() == 4)
    fail(
      isSigned<T>() ? "must be a whole number of 32 bits" : "must be a whole number of 32 bits, not below 0",
    );
  else
    fail(
      isSigned<T>() ? "must be a whole number of 64 bits" : "must be a whole number of 64 bits, not below 0",
    );
}
