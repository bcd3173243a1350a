import { ByteQueue } from "../byte-queue.ts";
import { DEFAULT_RESP_LIMITS } from "../resp-parser.ts";

const LONGEST_LINE = 64 * 1024;

export interface ReadResult {
  /** Whole commands, each a list of byte strings. */
  commands: string[][];
  /** Redis's text for what is wrong after them; the connection closes with it. */
  problem?: string;
}

/** Reads what clients send: arrays of bulk strings, or a command typed on a line. */
export class RequestReader {
  readonly #bytes = new ByteQueue();
  #args: string[] = [];
  /** Arguments still to come of the array being read; 0 between commands. */
  #left = 0;
  #bulkLength: number | undefined;
  #problem: string | undefined;

  push(chunk: Uint8Array): ReadResult {
    this.#bytes.push(chunk);
    const commands: string[][] = [];
    while (this.#problem === undefined && this.#step(commands));
    this.#bytes.take();
    return this.#problem === undefined ? { commands } : { commands, problem: this.#problem };
  }

  /** Reads one line or one bulk string; false when there is not enough. */
  #step(commands: string[][]): boolean {
    if (this.#bulkLength !== undefined) {
      const bytes = this.#bytes.peek(this.#bulkLength + 2);
      if (bytes === undefined) return false;
      this.#args.push(Buffer.from(bytes.subarray(0, this.#bulkLength)).toString("latin1"));
      this.#bytes.skip(this.#bulkLength + 2);
      this.#bulkLength = undefined;
      if (--this.#left === 0) commands.push(this.#args);
      return true;
    }
    const line = this.#readLine();
    if (line === undefined) return false;
    if (this.#left > 0) {
      if (!line.startsWith("$")) return this.#fail(`expected '$', got '${line.charAt(0)}'`);
      this.#bulkLength = length(line.slice(1), DEFAULT_RESP_LIMITS.bulkBytes);
      return this.#bulkLength === undefined ? this.#fail("invalid bulk length") : true;
    }
    if (line.startsWith("*")) {
      if (/^-[1-9][0-9]*$/.test(line.slice(1))) return true;
      const count = length(line.slice(1), DEFAULT_RESP_LIMITS.arrayLength);
      if (count === undefined) return this.#fail("invalid multibulk length");
      this.#args = [];
      this.#left = count;
      return true;
    }
    const words = line.split(/[ \t]+/).filter((word) => word !== "");
    if (words.length > 0) commands.push(words);
    return true;
  }

  /** A line without its end: CR LF, or LF alone. */
  #readLine(): string | undefined {
    const end = this.#bytes.findByte(10);
    if (end === undefined) {
      if (this.#bytes.length > LONGEST_LINE) this.#fail("too big inline request");
      return undefined;
    }
    const line = Buffer.from(this.#bytes.peek(end) as Uint8Array).toString("latin1");
    this.#bytes.skip(end + 1);
    return line.endsWith("\r") ? line.slice(0, -1) : line;
  }

  #fail(problem: string): false {
    this.#problem = `ERR Protocol error: ${problem}`;
    return false;
  }
}

function length(text: string, limit: number): number | undefined {
  if (!/^(?:0|[1-9][0-9]{0,18})$/.test(text)) return undefined;
  const value = Number(text);
  return value <= limit ? value : undefined;
}
