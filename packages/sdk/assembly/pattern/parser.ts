import { Op, Program } from "./program";

/** More instructions, or groups in groups, and a pattern is refused: `x{1000}{1000}` would need a million. */
const MAX_SIZE: i32 = 4000;
const MAX_DEPTH: i32 = 32;
const MAX_COUNT: i32 = 1000;

// The pattern that is being compiled.
// @ts-ignore: decorator
@lazy let source: string = "";
let at: i32 = 0;
// @ts-ignore: decorator
@lazy let problem: string = "";
let ignoreCase: bool = false;
// @ts-ignore: decorator
@lazy let program: Program = new Program();

/** Why the last pattern was refused; "" when it was not. */
export function patternProblem(): string {
  return problem;
}
export function parsePattern(text: string, ignoringCase: bool): Program | null {
  source = text;
  at = 0;
  problem = "";
  ignoreCase = ignoringCase;
  program = new Program();
  alternatives(0);
  if (at < source.length) fail("a ) without its (");
  program.emit(Op.Match);
  return problem.length ? null : program;
}
function fail(what: string): void {
  if (!problem.length) problem = "at " + at.toString() + ": " + what;
  at = source.length;
}
// @ts-ignore: decorator
@inline function peek(): i32 {
  return at < source.length ? source.charCodeAt(at) : -1;
}
function accept(c: i32): bool {
  if (peek() != c) return false;
  at++;
  return true;
}

function alternatives(depth: i32): void {
  if (depth > MAX_DEPTH) return fail("more than 32 groups in each other");
  // Jumps behind the last one, whose place is not known yet: each holds the one before.
  let jump = -1;
  for (;;) {
    const start = program.size;
    sequence(depth);
    if (!accept(124)) break;
    program.insert(start, Op.Split, 1, program.size - start + 2);
    program.emit(Op.Jump, jump);
    jump = program.size - 1;
    if (isTooLarge()) return;
  }
  while (jump >= 0) {
    const before = program.code[jump * 3 + 1];
    program.code[jump * 3 + 1] = program.size - jump;
    jump = before;
  }
}
function isTooLarge(): bool {
  if (program.size <= MAX_SIZE) return false;
  fail("too large: over 4000 steps");
  return true;
}
function sequence(depth: i32): void {
  for (let c = peek(); c >= 0 && c != 124 && c != 41; c = peek()) {
    const start = program.size;
    if (atom(c, depth)) quantifiers(start);
    if (isTooLarge()) return;
  }
}
/** Whether a quantifier may follow. */
function atom(c: i32, depth: i32): bool {
  at++;
  switch (c) {
    case 94:
      program.emit(Op.Start);
      return false;
    case 36:
      program.emit(Op.End);
      return false;
    case 46:
      program.emit(Op.Any);
      return true;
    case 40:
      if (accept(63) && !accept(58)) fail("(?: is the only group of its kind: no lookaround, no names");
      alternatives(depth + 1);
      if (!accept(41)) fail("a ( without its )");
      return true;
    case 91:
      classOf();
      return true;
    case 92:
      return escape();
    case 42:
    case 43:
    case 63:
    case 123:
    case 125:
    case 93:
      fail("nothing to repeat, or a bracket that needs a \\");
      return false;
    default:
      unit(c);
      return true;
  }
}
function unit(c: i32): void {
  if (ignoreCase && <u32>(c | 32) - 97 < 26) {
    const first = program.ranges.length >> 1;
    range(c & ~32, c & ~32);
    range(c | 32, c | 32);
    program.emit(Op.Class, first, 2);
  } else program.emit(Op.Unit, c);
}
function range(from: i32, to: i32): void {
  program.ranges.push(from);
  program.ranges.push(to);
}
/** d, w and s; the number of ranges, 0 for another letter. */
function namedRanges(c: i32): i32 {
  const before = program.ranges.length;
  if (c == 100) range(48, 57);
  else if (c == 119) {
    range(48, 57);
    range(65, 90);
    range(95, 95);
    range(97, 122);
  } else if (c == 115) {
    range(9, 13);
    range(32, 32);
    range(0xa0, 0xa0);
    range(0x1680, 0x1680);
    range(0x2000, 0x200a);
    range(0x2028, 0x2029);
    range(0x202f, 0x202f);
    range(0x205f, 0x205f);
    range(0x3000, 0x3000);
    range(0xfeff, 0xfeff);
  }
  return (program.ranges.length - before) >> 1;
}
function escape(): bool {
  const c = peek();
  if (c == 98 || c == 66) {
    at++;
    program.emit(Op.Border, c == 98 ? 1 : 0);
    return false;
  }
  const first = program.ranges.length >> 1;
  const named = namedRanges(c | 32);
  if (named) {
    at++;
    program.emit(Op.Class, first, c & 32 ? named : -named);
  } else unit(escaped());
  return true;
}
/** The code unit behind a backslash: controls, `xHH`, `uHHHH`, and what is no letter or digit as it is. */
function escaped(): i32 {
  const c = peek();
  at++;
  switch (c) {
    case 110:
      return 10;
    case 114:
      return 13;
    case 116:
      return 9;
    case 102:
      return 12;
    case 118:
      return 11;
    case 48:
      return 0;
    case 120:
      return hexOf(2);
    case 117:
      return hexOf(4);
    default:
      if (c < 0 || <u32>c - 48 < 10 || <u32>(c | 32) - 97 < 26)
        fail("no such escape (back references cannot be matched in linear time)");
      return c;
  }
}
function hexOf(digits: i32): i32 {
  let n = 0;
  for (; digits; digits--) {
    const c = peek();
    const digit = <u32>c - 48 < 10 ? c - 48 : <u32>(c | 32) - 97 < 6 ? (c | 32) - 87 : -1;
    if (digit < 0) {
      fail("a hexadecimal digit is missing");
      return 0;
    }
    n = (n << 4) | digit;
    at++;
  }
  return n;
}
function classOf(): void {
  const first = program.ranges.length >> 1;
  const none = accept(94);
  while (!accept(93)) {
    if (at >= source.length) return fail("a [ without its ]");
    const from = classUnit();
    if (from < 0) {
      if (peek() == 45 && source.charAt(at + 1) != "]") return fail("a range from or to a class");
      continue;
    }
    let to = from;
    if (peek() == 45 && at + 1 < source.length && source.charCodeAt(at + 1) != 93) {
      at++;
      to = classUnit();
      if (to < 0) return fail("a range from or to a class");
      if (to < from) return fail("a range that ends before it starts");
    }
    range(from, to);
    if (ignoreCase) otherCase(from, to);
  }
  const count = (program.ranges.length >> 1) - first;
  // An empty class: nothing matches; its opposite: everything.
  if (!count) range(0, none ? 0xffff : -1);
  program.emit(Op.Class, first, !count ? 1 : none ? -count : count);
}
/** A code unit; -1 after the ranges of a named class. */
function classUnit(): i32 {
  const c = peek();
  at++;
  if (c != 92) return c;
  const name = peek();
  if (name == 98) {
    at++;
    return 8;
  }
  if (name == 68 || name == 87 || name == 83) {
    fail("\\D, \\W and \\S cannot stand in [ ]");
    return 0;
  }
  if (namedRanges(name)) {
    at++;
    return -1;
  }
  return escaped();
}
function otherCase(from: i32, to: i32): void {
  const upper = max(from, 65);
  if (upper <= min(to, 90)) range(upper | 32, min(to, 90) | 32);
  const lower = max(from, 97);
  if (lower <= min(to, 122)) range(lower & ~32, min(to, 122) & ~32);
}

function quantifiers(start: i32): void {
  let low = 0;
  let high = -1;
  const c = peek();
  if (c == 43) low = 1;
  else if (c == 63) high = 1;
  else if (c == 123) {
    at++;
    low = count();
    high = low;
    if (accept(44)) high = peek() == 125 ? -1 : count();
    if (peek() != 125 || (high >= 0 && high < low))
      return fail("{n}, {n,} or {n,m} with n up to m, which is up to 1000");
  } else if (c != 42) return;
  at++;
  const lazy = accept(63);
  if ((program.size - start) * max(low, high) > MAX_SIZE) return fail("too large: over 4000 steps");
  program.repeat(start, low, high, lazy);
  const next = peek();
  if (next == 42 || next == 43 || next == 63 || next == 123) fail("nothing to repeat");
}
function count(): i32 {
  let n = -1;
  for (let digit = peek() - 48; <u32>digit < 10 && n <= MAX_COUNT; digit = peek() - 48) {
    n = max(0, n) * 10 + digit;
    at++;
  }
  if (n < 0 || n > MAX_COUNT) fail("{n}, {n,} or {n,m} with n up to m, which is up to 1000");
  return n;
}
