import type { Header } from "../../services/upstream/upstream.ts";
import { ByteReader } from "./byte-reader.ts";
import { ProtocolError } from "./protocol-error.ts";
import { readField, readHead, readRequestLine, type RequestHead } from "./request-head.ts";

export type ParsedPart =
  | { kind: "head"; head: RequestHead }
  | { kind: "data"; bytes: Buffer }
  /** Trailers end a request where there are any; they are empty for every other end. */
  | { kind: "end"; trailers: Header[] };

export interface ParserLimits {
  /** Bytes of a head, its lines' ends included. */
  headBytes: number;
  headFields: number;
  /** Whether HTTP/1.0 and 0.9 pass, and the host of requests that name none. */
  http10: { defaultHost: string } | undefined;
}

const AFTER_HEAD = { none: "end", chunked: "chunk-size", length: "length", tunnel: "tunnel" } as const;
const CHUNK_LINE_BYTES = 1024;
const LARGEST_CHUNK_DIGITS = 13;

/**
 * Reads HTTP/1.1 requests as Envoy's codec does (its Balsa parser, with the defaults): bare line feeds in a head, folded headers, chunk
 * extensions and blank lines between requests pass; framing that readers could understand differently does not.
 */
export class RequestParser {
  readonly #input = new ByteReader();
  readonly #limits: ParserLimits;
  #state:
    "line" | "fields" | "length" | "tunnel" | "chunk-size" | "chunk" | "chunk-end" | "trailers" | "end" =
    "line";
  #line = { method: "", target: "", version: "" };
  #fields: string[] = [];
  #headRoom = 0;
  #remaining = 0;

  constructor(limits: ParserLimits) {
    this.#limits = limits;
  }

  push(bytes: Buffer): void {
    this.#input.push(bytes);
  }

  /** Bytes that wait to be read. */
  get waiting(): number {
    return this.#input.length;
  }

  /**
   * The next part of a request; undefined until more bytes have come.
   *
   * @throws {ProtocolError} once; the connection cannot be read any further then
   */
  next(): ParsedPart | undefined {
    for (;;) {
      switch (this.#state) {
        case "line": {
          this.#headRoom = this.#limits.headBytes;
          const line = this.#headLine();
          if (line === undefined) return undefined;
          if (line === "") continue;
          this.#line = readRequestLine(line);
          this.#fields = [];
          if (this.#line.version === "HTTP/0.9") this.#checkVersion();
          this.#state = "fields";
          continue;
        }
        case "fields": {
          const fields = this.#readFields();
          return fields && { kind: "head", head: this.#head(fields) };
        }
        case "tunnel":
          if (this.#input.length === 0) return undefined;
          return { kind: "data", bytes: this.#input.take(this.#input.length) };
        case "length":
        case "chunk": {
          if (this.#input.length === 0) return undefined;
          const bytes = this.#input.take(this.#remaining);
          this.#remaining -= bytes.length;
          if (this.#remaining === 0) this.#state = this.#state === "chunk" ? "chunk-end" : "end";
          return { kind: "data", bytes };
        }
        case "chunk-end": {
          // Whatever stands before the line's end is skipped, as Envoy skips it.
          if (this.#chunkLine() === undefined) return undefined;
          this.#state = "chunk-size";
          continue;
        }
        case "chunk-size": {
          const line = this.#chunkLine();
          if (line === undefined) return undefined;
          const size = /^([0-9a-f]+)[ \t]*(;.*)?$/i.exec(line)?.[1]?.replace(/^0+(?=.)/, "");
          if (size === undefined || size.length > LARGEST_CHUNK_DIGITS || this.#input.isBareLine)
            throw new ProtocolError("http1.codec_error");
          this.#remaining = parseInt(size, 16);
          this.#fields = [];
          this.#headRoom = this.#limits.headBytes;
          this.#state = this.#remaining === 0 ? "trailers" : "chunk";
          continue;
        }
        case "trailers": {
          const trailers = this.#readFields();
          if (trailers === undefined) return undefined;
          this.#state = "line";
          return { kind: "end", trailers };
        }
        case "end":
          this.#state = "line";
          return { kind: "end", trailers: [] };
      }
    }
  }

  #head(fields: Header[]): RequestHead {
    const isOld = this.#checkVersion();
    const head = readHead(this.#line, fields, isOld ? this.#limits.http10?.defaultHost : undefined);
    this.#state = AFTER_HEAD[typeof head.body === "object" ? "length" : head.body];
    if (typeof head.body === "object") this.#remaining = head.body.length;
    return head;
  }

  /** Whether it is an older one than HTTP/1.1, which passes. */
  #checkVersion(): boolean {
    const { version } = this.#line;
    if (version === "HTTP/1.1") return false;
    const passes = this.#limits.http10 !== undefined && (version === "HTTP/1.0" || version === "HTTP/0.9");
    if (!passes) throw new ProtocolError("low_version", 426);
    return true;
  }

  /** A request's head has begun and is not whole. */
  get isInHead(): boolean {
    return this.#state === "fields" || (this.#state === "line" && this.#input.length > 0);
  }

  /** Lines up to the blank one, folded ones joined; undefined until they are all there. */
  #readFields(): Header[] | undefined {
    for (;;) {
      const line = this.#headLine();
      if (line === undefined) return undefined;
      if (line === "") return this.#fields.map(readField);
      if (/^[ \t]/.test(line) && this.#fields.length > 0) this.#fields.push(`${this.#fields.pop()!}${line}`);
      else this.#fields.push(line);
      if (this.#fields.length > this.#limits.headFields)
        throw new ProtocolError("http1.too_many_headers", 431);
    }
  }

  #headLine(): string | undefined {
    const tooLarge = () => new ProtocolError("http1.headers_too_large", 431);
    const line = this.#input.line(this.#headRoom, tooLarge);
    if (line !== undefined) this.#headRoom -= line.length;
    return line;
  }

  #chunkLine(): string | undefined {
    return this.#input.line(CHUNK_LINE_BYTES, () => new ProtocolError("http1.codec_error"));
  }
}
