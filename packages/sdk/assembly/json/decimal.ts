// The double nearest to a decimal number, for every number: AssemblyScript's own parseFloat is off by powers of ten for some long ones.

/** A whole number of any size, in digits of 32 bits, the lowest first. Room for 800 decimal digits and what dividing them takes; none where no number is read. */
function big(): usize {
  return memory.data(704);
}
let size: usize = 0;

function digitAt(i: usize): u32 {
  return i < size ? load<u32>(big() + (i << 2)) : 0;
}
function multiply(by: u32, carry: u64): void {
  for (let i: usize = 0; i < size; i++) {
    carry += <u64>digitAt(i) * by;
    store<u32>(big() + (i << 2), <u32>carry);
    carry >>= 32;
  }
  if (carry) store<u32>(big() + (size++ << 2), <u32>carry);
}
/** Whether something is left over. */
function divide(by: u32): bool {
  let rest: u64 = 0;
  for (let i = size; i-- > 0;) {
    rest = (rest << 32) | digitAt(i);
    store<u32>(big() + (i << 2), <u32>(rest / by));
    rest %= by;
  }
  while (size && !digitAt(size - 1)) size--;
  return rest != 0;
}
function bitAt(i: usize): u64 {
  return (digitAt(i >> 5) >> ((<u32>i) & 31)) & 1;
}

/** More digits than a double's nearest neighbours can differ in. */
const MAX_DIGITS: i32 = 800;

/** The JSON number at `p`, whose text ends before a byte that belongs to none. Infinity when it is too large. */
export function decimalAt(p: usize): f64 {
  const negative = load<u8>(p) == 45;
  if (negative) p++;
  const value = positive(p);
  return negative ? -value : value;
}
function positive(start: usize): f64 {
  let p = start;
  let small: u64 = 0;
  let digits = 0;
  let exponent = 0;
  let behindPoint = 0;
  let c: u32 = 0;
  for (; (c = load<u8>(p)) - 48 < 10 || c == 46; p++) {
    exponent -= behindPoint;
    if (c == 46) behindPoint = 1;
    else if (digits || c != 48) {
      if (digits++ < 18) small = small * 10 + (c - 48);
    }
  }
  if (!digits) return 0;
  if ((c | 32) == 101) {
    const sign: u32 = load<u8>(++p);
    if (sign - 48 > 9) p++;
    let written = 0;
    for (; (c = load<u8>(p)) - 48 < 10; p++) if (written < 100_000_000) written = written * 10 + (c - 48);
    exponent += sign == 45 ? -written : written;
  }
  if (digits + exponent > 310) return Infinity;
  if (digits + exponent < -330) return 0;
  // Up to here both are doubles without an error, and so their product or quotient is rounded once.
  if (digits < 19 && small >> 53 == 0 && abs(exponent) < 23) {
    let power: f64 = 1;
    for (let i = abs(exponent); i; i--) power *= 10;
    return exponent < 0 ? <f64>small / power : <f64>small * power;
  }
  return nearest(start, digits, exponent);
}
/** The slow way: all digits, times or by a power of ten, cut to 53 bits. */
function nearest(p: usize, digits: i32, exponent: i32): f64 {
  let inexact = false;
  let taken = 0;
  size = 0;
  for (; taken < digits; p++) {
    const c: u32 = load<u8>(p) - 48;
    if (c > 9 || (!taken && !c)) continue;
    if (taken++ < MAX_DIGITS) multiply(10, c);
    else {
      exponent++;
      if (c) inexact = true;
    }
  }
  // Ten to the power of e is five to the power of e, the bits moved by e.
  let moved = exponent;
  let fives = abs(exponent);
  if (exponent < 0) {
    // So many bits that 64 are left over behind the division.
    const more: usize = (<usize>fives * 7) / 96 + 4;
    memory.copy(big() + (more << 2), big(), size << 2);
    memory.fill(big(), 0, more << 2);
    size += more;
    moved -= (<i32>more) << 5;
  }
  while (fives) {
    let by: u32 = 1;
    for (let n = 0; n < 13 && fives; n++, fives--) by *= 5;
    if (exponent > 0) multiply(by, 0);
    else if (divide(by)) inexact = true;
  }
  const bits = ((<i32>size) << 5) - <i32>clz(digitAt(size - 1));
  // The exponent of the double's last bit; subnormals end at 2 ** -1074.
  const last = max(bits + moved - 53, -1074);
  if (last > 971) return Infinity;
  const cut = last - moved;
  let mantissa: u64 = 0;
  for (let i = 52; i >= 0; i--) mantissa = (mantissa << 1) | bitAt(cut + i);
  if (bitAt(cut - 1)) {
    for (let i = cut - 2; i >= 0 && !inexact; i--) inexact = bitAt(i) != 0;
    if (inexact || mantissa & 1) mantissa++;
  }
  return reinterpret<f64>(((<u64>(last + 1074)) << 52) + mantissa);
}
