import { ByteQueue } from "./byte-queue.ts";
import type { RespValue } from "./resp.ts";

/** What a parser accepts. A value over a limit is a protocol error. */
export interface RespLimits {
  /** Bytes of one bulk string. Default 512 MiB, as Redis. */
  bulkBytes: number;
  /** Elements of one array. Default 1,048,576, as Redis. */
  arrayLength: number;
  /** Arrays in arrays. Default 32. */
  depth: number;
  /** Bytes of a simple string, error or number. Default 64 KiB. */
  lineBytes: number;
}

export const DEFAULT_RESP_LIMITS: RespLimits = {
  bulkBytes: 512 * 1024 * 1024,
  arrayLength: 1024 * 1024,
  depth: 32,
  lineBytes: 64 * 1024,
};

/** A value, and the bytes it was read from. */
export interface ParsedReply {
  value: RespValue;
  raw: Uint8Array;
}

export interface ParseResult {
  /** What became complete, in order; values before a protocol error included. */
  replies: ParsedReply[];
  /** What is wrong with the bytes after the replies; nothing is read from then on. */
  problem?: string;
}

interface OpenArray {
  items: RespValue[];
  length: number;
}

const INTEGER = /^(?:0|-?[1-9][0-9]{0,18})$/;
const LONGEST_NUMBER = 20;

/**
 * Reads RESP2 from bytes in pieces of any size, looking at each byte once. Strict: numbers have no plus sign and no
 * leading zero, integers fit 64 bits, lines end with CR LF and hold neither alone. Never throws.
 */
export class RespParser {
  readonly #limits: RespLimits;
  readonly #bytes = new ByteQueue();
  #open: OpenArray[] = [];
  /** Length of the bulk string whose head has been read. */
  #bulkLength: number | undefined;
  #problem: string | undefined;

  constructor(limits: Partial<RespLimits> = {}) {
    this.#limits = { ...DEFAULT_RESP_LIMITS, ...limits };
  }

  push(chunk: Uint8Array): ParseResult {
    const replies: ParsedReply[] = [];
    if (this.#problem === undefined) {
      this.#bytes.push(chunk);
      for (let value = this.#next(); value !== undefined; value = this.#next()) {
        const whole = this.#place(value);
        if (whole !== undefined) replies.push({ value: whole, raw: this.#bytes.take() });
      }
    }
    return this.#problem === undefined ? { replies } : { replies, problem: this.#problem };
  }

  /** The next value that is not an array with elements; those are opened. */
  #next(): RespValue | undefined {
    for (;;) {
      if (this.#bulkLength !== undefined) return this.#readBulk(this.#bulkLength);
      const line = this.#readLine();
      if (line === undefined) return undefined;
      const text = line.slice(1);
      switch (line[0]) {
        case "+":
          return { type: "simple", text };
        case "-":
          return { type: "error", text };
        case ":": {
          const value = INTEGER.test(text) ? BigInt(text) : undefined;
          if (value === undefined || BigInt.asIntN(64, value) !== value)
            return this.#fail("not a 64-bit integer", line);
          return { type: "integer", value };
        }
        case "$":
          if (text === "-1") return { type: "bulk", bytes: null };
          this.#bulkLength = this.#readLength(line, this.#limits.bulkBytes);
          if (this.#bulkLength === undefined) return undefined;
          break;
        case "*": {
          if (text === "-1") return { type: "array", items: null };
          const length = this.#readLength(line, this.#limits.arrayLength);
          if (length === undefined) return undefined;
          if (length === 0) return { type: "array", items: [] };
          if (this.#open.length >= this.#limits.depth) return this.#fail("arrays nested too deep", line);
          this.#open.push({ items: [], length });
          break;
        }
        default:
          return this.#fail("not a RESP2 type", line);
      }
    }
  }

  /** Puts a value into the array it belongs to; answers the outermost value once that is complete. */
  #place(value: RespValue): RespValue | undefined {
    let placed = value;
    for (let array = this.#open.at(-1); array !== undefined; array = this.#open.at(-1)) {
      array.items.push(placed);
      if (array.items.length < array.length) return undefined;
      this.#open.pop();
      placed = { type: "array", items: array.items };
    }
    return placed;
  }

  #readBulk(length: number): RespValue | undefined {
    const bytes = this.#bytes.peek(length + 2);
    if (bytes === undefined) return undefined;
    if (bytes[length] !== 13 || bytes[length + 1] !== 10)
      return this.#fail("a bulk string longer than announced", "");
    this.#bytes.skip(length + 2);
    this.#bulkLength = undefined;
    return { type: "bulk", bytes: Uint8Array.from(bytes.subarray(0, length)) };
  }

  #readLine(): string | undefined {
    const first = this.#bytes.at(0);
    if (first === undefined) return undefined;
    const type = String.fromCharCode(first);
    if (!"+-:$*".includes(type)) return this.#fail("not a RESP2 type", type);
    const limit = type === "+" || type === "-" ? this.#limits.lineBytes : LONGEST_NUMBER;
    const end = this.#bytes.findLineBreak();
    if (end === undefined) {
      return this.#bytes.length > limit + 2 ? this.#fail("a line that is too long", type) : undefined;
    }
    const line = Buffer.from(this.#bytes.peek(end) as Uint8Array).toString("latin1");
    if (end - 1 > limit) return this.#fail("a line that is too long", type);
    const closing = this.#bytes.peek(end + 2);
    if (closing === undefined)
      return this.#bytes.at(end) === 10 ? this.#fail("a line feed alone", line) : undefined;
    if (closing[end] !== 13 || closing[end + 1] !== 10)
      return this.#fail("a line break other than CR LF", line);
    this.#bytes.skip(end + 2);
    return line;
  }

  #readLength(line: string, limit: number): number | undefined {
    const text = line.slice(1);
    if (!INTEGER.test(text) || text.startsWith("-")) return this.#fail("not a length", line);
    const length = Number(text);
    return length > limit ? this.#fail(`a length over ${limit}`, line) : length;
  }

  #fail(problem: string, found: string): undefined {
    this.#problem = found === "" ? problem : `${problem}: ${JSON.stringify(found)}`;
    return undefined;
  }
}
