import type { Header } from "../../services/upstream/upstream.ts";
import { REASONS } from "./reasons.ts";

/** What is known of the request that a response answers. */
export interface Answered {
  isHead: boolean;
  /** Whether the connection ends behind the response. */
  closes: boolean;
  /** HTTP/1.0. */
  isOld: boolean;
}

/**
 * A response's bytes. Headers go out as they are given: order, duplicates and lengths are the engine's. Only missing framing is
 * chosen here. Source: Envoy, `StreamEncoderImpl::encodeHeadersBase` of its HTTP/1 codec.
 */
export class ResponseEncoder {
  readonly #answered: Answered;
  #chunked = false;

  constructor(answered: Answered) {
    this.#answered = answered;
  }

  head(headers: readonly Header[], endStream: boolean): Buffer {
    const { isHead, closes, isOld } = this.#answered;
    const status = Number(headers.find(([name]) => name === ":status")?.[1]);
    const fields = headers.filter(([name]) => !name.startsWith(":"));
    const has = (wanted: string): boolean => fields.some(([name]) => name === wanted);
    const isFramed = has("content-length") || has("transfer-encoding");
    if ((closes || isOld) && !has("connection")) fields.push(["connection", closes ? "close" : "keep-alive"]);
    if (!isFramed && status >= 200 && status !== 204) {
      if (endStream && !isHead) {
        if (status !== 304) fields.push(["content-length", "0"]);
      } else if (!isOld) {
        fields.push(["transfer-encoding", "chunked"]);
        this.#chunked = !isHead;
      }
    }
    return startOf(status, fields, isOld ? "HTTP/1.0" : "HTTP/1.1");
  }

  data(bytes: Uint8Array, endStream: boolean): Uint8Array[] {
    if (!this.#chunked) return bytes.length === 0 ? [] : [bytes];
    const parts: Uint8Array[] = [];
    if (bytes.length > 0)
      parts.push(Buffer.from(`${bytes.length.toString(16)}\r\n`), bytes, Buffer.from("\r\n"));
    if (endStream) parts.push(Buffer.from("0\r\n\r\n"));
    return parts;
  }

  /** Trailers travel only in a chunked message; without that, or when there are none, just the end. */
  trailers(trailers: readonly Header[]): Uint8Array[] {
    return this.#chunked ? [Buffer.from(`0\r\n${lines(trailers)}\r\n`, "latin1")] : [];
  }
}

/** A response without a body, as bytes: `100 Continue` and the like. */
export function startOf(status: number, fields: readonly Header[], version = "HTTP/1.1"): Buffer {
  const reason = REASONS[status] ?? "Unknown";
  return Buffer.from(`${version} ${status} ${reason}\r\n${lines(fields)}\r\n`, "latin1");
}

function lines(fields: readonly Header[]): string {
  let text = "";
  for (const [name, value] of fields) text += `${name}: ${value}\r\n`;
  return text;
}
