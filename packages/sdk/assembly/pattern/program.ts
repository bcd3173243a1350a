// A pattern as a program: instructions of three numbers. Jumps are relative, so that a piece can be copied.

export const enum Op {
  /** a: the code unit. */
  Unit,
  /** Any code unit but a line break. */
  Any,
  /** a: first of the ranges, b: how many, negative for "none of them". */
  Class,
  /** Both a and b, a first. */
  Split,
  /** a */
  Jump,
  Start,
  End,
  /** a: 1 for a border of a word, 0 for none. */
  Border,
  Match,
}

export class Program {
  code: i32[] = [];
  /** Pairs of first and last code unit. */
  ranges: i32[] = [];

  get size(): i32 {
    return this.code.length / 3;
  }
  emit(op: Op, a: i32 = 0, b: i32 = 0): void {
    this.code.push(op);
    this.code.push(a);
    this.code.push(b);
  }
  /** Makes room for one instruction before the piece that starts at `at`. */
  insert(at: i32, op: Op, a: i32, b: i32): void {
    this.emit(op);
    const code = this.code;
    for (let i = code.length - 1; i >= at * 3 + 3; i--) code[i] = code[i - 3];
    code[at * 3] = op;
    code[at * 3 + 1] = a;
    code[at * 3 + 2] = b;
  }
  copy(from: i32, to: i32): void {
    for (let i = from * 3; i < to * 3; i++) this.code.push(this.code[i]);
  }
  /** The piece from `start` on, `low` to `high` times (-1: any number). */
  repeat(start: i32, low: i32, high: i32, lazy: bool): void {
    const end = this.size;
    const length = end - start;
    if (high < 0) {
      for (let i = 1; i < low; i++) this.copy(start, end);
      if (low) this.split(-length, 1, lazy);
      else {
        this.insert(start, Op.Split, lazy ? length + 2 : 1, lazy ? 1 : length + 2);
        this.emit(Op.Jump, -length - 1);
      }
      return;
    }
    if (!high) {
      this.code.length = start * 3;
      return;
    }
    // As `x{n}(x(x)?)?`: every optional one jumps behind all.
    if (low) {
      for (let i = 1; i < low; i++) this.copy(start, end);
      for (let left = high - low; left > 0; left--) {
        this.split(1, left * (length + 1), lazy);
        this.copy(start, end);
      }
    } else {
      const behind = high * (length + 1);
      this.insert(start, Op.Split, lazy ? behind : 1, lazy ? 1 : behind);
      for (let left = high - 1; left > 0; left--) {
        this.split(1, left * (length + 1), lazy);
        this.copy(start + 1, end + 1);
      }
    }
  }
  /** Goes on at `first` rather than at `second`; the other way round when lazy. */
  private split(first: i32, second: i32, lazy: bool): void {
    this.emit(Op.Split, lazy ? second : first, lazy ? first : second);
  }
}
// @ts-ignore: decorator
@inline export function isWordUnit(c: u32): bool {
  return c - 48 < 10 || (c | 32) - 97 < 26 || c == 95;
}
// @ts-ignore: decorator
@inline export function isLineBreak(c: u32): bool {
  return c == 10 || c == 13 || c == 0x2028 || c == 0x2029;
}
