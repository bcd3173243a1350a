import { parsePattern, patternProblem } from "./parser";
import { Op, Program, isLineBreak, isWordUnit } from "./program";

/** The states of one step: program counters in order of preference, each with the place where its match began. */
class Threads {
  counters: StaticArray<i32>;
  starts: StaticArray<i32>;
  count: i32 = 0;
  constructor(size: i32) {
    this.counters = new StaticArray<i32>(size);
    this.starts = new StaticArray<i32>(size);
  }
}

/**
 * A regular expression that matches in linear time, whatever pattern and text: all ways are followed at once, none is tried again.
 *
 * Syntax and meaning are JavaScript's, over UTF-16 code units and without flags: literals, `.`, `[a-z]`, `[^...]`, `\d \w \s \b` and their opposites,
 * `\n \t \xHH \uHHHH`, groups `(...)` and `(?:...)`, `|`, `* + ? {n} {n,} {n,m}` and their lazy forms, `^` and `$` for the text's ends. No back
 * references, no lookaround, no captures. Compile patterns while reading the configuration.
 */
export class Pattern {
  /** Where the last match that `find` has found begins; -1 when it has found none. */
  start: i32 = -1;
  /** The first place behind the match. */
  end: i32 = -1;

  private now: Threads;
  private next: Threads;
  private marks: StaticArray<i32>;
  private mark: i32 = 0;
  /** Where `add` has still to go. */
  private choices: StaticArray<i32>;

  private constructor(private program: Program) {
    this.now = new Threads(program.size);
    this.next = new Threads(program.size);
    this.marks = new StaticArray<i32>(program.size);
    this.choices = new StaticArray<i32>(program.size);
  }
  /** Null when the pattern is not one of these, or needs over 4000 steps; `Pattern.problem` says why. `ignoreCase` is for ASCII letters. */
  static compile(source: string, ignoreCase: bool = false): Pattern | null {
    const program = parsePattern(source, ignoreCase);
    return program ? new Pattern(program) : null;
  }
  /** Why the last pattern was refused: `at 3: a ( without its )`. */
  static get problem(): string {
    return patternProblem();
  }
  /** Whether it matches anywhere in the text; with `^` and `$`, the whole of it. */
  test(text: string): bool {
    return this.run(text, 0, true);
  }
  /** The first match at or behind `from`; then `start` and `end` say where. */
  find(text: string, from: i32 = 0): bool {
    return this.run(text, max(0, from), false);
  }
  /**
   * Every match replaced by the same text, as it is. One search for each match, and a search may have to look at all of the rest: `a(.*b)?` does where
   * no `b` follows.
   */
  replaceAll(text: string, replacement: string): string {
    const pieces: string[] = [];
    let at = 0;
    let from = 0;
    while (from <= text.length && this.find(text, from)) {
      pieces.push(text.substring(at, this.start));
      pieces.push(replacement);
      at = this.end;
      from = this.end > this.start ? this.end : this.end + 1;
    }
    if (!pieces.length) return text;
    pieces.push(text.substring(at));
    return pieces.join("");
  }

  private run(text: string, from: i32, anywhere: bool): bool {
    const code = this.program.code;
    this.start = this.end = -1;
    this.now.count = 0;
    for (let at = from; ; at++) {
      const c = at < text.length ? text.charCodeAt(at) : -1;
      // A match that has begun is preferred to one that begins later.
      if (this.start < 0) this.begin(text, at);
      const now = this.now;
      const next = this.next;
      next.count = 0;
      this.step();
      for (let i = 0; i < now.count; i++) {
        const counter = unchecked(now.counters[i]);
        const op = <Op>code[counter * 3];
        if (op == Op.Match) {
          this.start = unchecked(now.starts[i]);
          this.end = at;
          if (anywhere) return true;
          break;
        }
        if (c >= 0 && this.accepts(op, counter, c))
          this.add(next, counter + 1, unchecked(now.starts[i]), text, at + 1);
      }
      this.now = next;
      this.next = now;
      if (c < 0 || (this.start >= 0 && !next.count)) return this.start >= 0;
    }
    return false;
  }
  /** Threads of a match that begins here are the last choice; those that are there already keep their place. */
  private begin(text: string, at: i32): void {
    this.step();
    for (let i = 0; i < this.now.count; i++)
      unchecked((this.marks[unchecked(this.now.counters[i])] = this.mark));
    this.add(this.now, 0, at, text, at);
  }
  private step(): void {
    this.mark++;
  }
  private accepts(op: Op, counter: i32, c: i32): bool {
    const code = this.program.code;
    if (op == Op.Unit) return code[counter * 3 + 1] == c;
    if (op == Op.Any) return !isLineBreak(c);
    if (op != Op.Class) return false;
    const ranges = this.program.ranges;
    const first = code[counter * 3 + 1];
    const count = code[counter * 3 + 2];
    for (let i = first, last = first + abs(count); i < last; i++)
      if (c >= ranges[i * 2] && c <= ranges[i * 2 + 1]) return count > 0;
    return count < 0;
  }
  /** Follows what needs no code unit. Not by recursion: thousands of choices in a row are more than a stack may have room for. */
  private add(threads: Threads, counter: i32, start: i32, text: string, at: i32): void {
    const code = this.program.code;
    const choices = this.choices;
    let left = 0;
    for (;;) {
      const next = this.follow(code, counter, text, at);
      if (next == STAY) {
        const i = threads.count++;
        unchecked((threads.counters[i] = counter));
        unchecked((threads.starts[i] = start));
      } else if (next != NOWHERE) {
        // Each counter is followed once a step, so there is room.
        if (<Op>code[counter * 3] == Op.Split) unchecked((choices[left++] = counter + code[counter * 3 + 2]));
        counter = next;
        continue;
      }
      if (!left) return;
      counter = unchecked(choices[--left]);
    }
  }
  /** Where the thread is next, of two places the preferred one. */
  private follow(code: i32[], counter: i32, text: string, at: i32): i32 {
    if (unchecked(this.marks[counter]) == this.mark) return NOWHERE;
    unchecked((this.marks[counter] = this.mark));
    const a = code[counter * 3 + 1];
    switch (<Op>code[counter * 3]) {
      case Op.Split:
      case Op.Jump:
        return counter + a;
      case Op.Start:
        return at == 0 ? counter + 1 : NOWHERE;
      case Op.End:
        return at == text.length ? counter + 1 : NOWHERE;
      case Op.Border: {
        const before = at > 0 && isWordUnit(text.charCodeAt(at - 1));
        const after = at < text.length && isWordUnit(text.charCodeAt(at));
        return (before != after) == (a == 1) ? counter + 1 : NOWHERE;
      }
    }
    return STAY;
  }
}
/** The thread waits for a code unit, or has matched. */
const STAY: i32 = -1;
/** The thread ends. */
const NOWHERE: i32 = -2;
