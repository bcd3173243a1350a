export interface Http1Message {
  /** Request or status line. */
  readonly startLine: string;
  /** As on the wire, in order; names lower-cased. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Buffer;
  readonly trailers: readonly (readonly [name: string, value: string])[];
}

/** The first value of a header; undefined when it is absent. */
export function header(message: Http1Message, name: string): string | undefined {
  return message.headers.find(([present]) => present === name)?.[1];
}
/** Every value of a header, in wire order. */
export function headerValues(message: Http1Message, name: string): string[] {
  return message.headers.filter(([present]) => present === name).map(([, value]) => value);
}
export function statusOf(response: Http1Message): number {
  return Number(response.startLine.split(" ")[1]);
}

/**
 * The complete HTTP/1.1 messages at the beginning of `bytes`, and what is left behind them: an incomplete message, or garbage. Framing as in
 * RFC 9112 section 6, except that a response without content-length or chunks has no body (tests give every response one of them).
 * `isBodiless` tells messages that end with their head whatever it says, by their start line.
 */
export function parseMessages(
  bytes: Buffer,
  isBodiless: (startLine: string) => boolean = () => false,
): { messages: Http1Message[]; rest: Buffer } {
  const messages: Http1Message[] = [];
  let at = 0;
  for (;;) {
    const parsed = parseMessage(bytes, at, isBodiless);
    if (parsed === null) return { messages, rest: bytes.subarray(at) };
    messages.push(parsed.message);
    at = parsed.end;
  }
}

function parseMessage(
  bytes: Buffer,
  start: number,
  isBodiless: (startLine: string) => boolean,
): { message: Http1Message; end: number } | null {
  const headEnd = bytes.indexOf("\r\n\r\n", start);
  if (headEnd < 0) return null;
  const [startLine = "", ...lines] = bytes.toString("latin1", start, headEnd).split("\r\n");
  const headers = lines.map(parseField);
  const message = { startLine, headers, body: Buffer.alloc(0), trailers: [] };
  const bodyStart = headEnd + 4;
  if (isBodiless(startLine)) return { message, end: bodyStart };
  if (header(message, "transfer-encoding")?.includes("chunked")) {
    const chunked = parseChunks(bytes, bodyStart);
    return (
      chunked && { message: { ...message, body: chunked.body, trailers: chunked.trailers }, end: chunked.end }
    );
  }
  const length = Number(header(message, "content-length") ?? 0);
  if (!(length >= 0))
    throw new Error(`not a content-length: ${JSON.stringify(header(message, "content-length"))}`);
  const end = bodyStart + length;
  return end > bytes.length ? null : { message: { ...message, body: bytes.subarray(bodyStart, end) }, end };
}

function parseChunks(
  bytes: Buffer,
  start: number,
): { body: Buffer; trailers: [string, string][]; end: number } | null {
  const chunks: Buffer[] = [];
  let at = start;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd < 0) return null;
    const line = bytes.toString("latin1", at, lineEnd);
    if (!/^[0-9a-f]+$/i.test(line)) throw new Error(`not a chunk size: ${JSON.stringify(line)}`);
    const size = parseInt(line, 16);
    at = lineEnd + 2;
    if (size === 0) break;
    if (at + size + 2 > bytes.length) return null;
    chunks.push(bytes.subarray(at, at + size));
    at += size + 2;
  }
  const trailers: [string, string][] = [];
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    if (lineEnd < 0) return null;
    const line = bytes.toString("latin1", at, lineEnd);
    at = lineEnd + 2;
    if (line === "") return { body: Buffer.concat(chunks), trailers, end: at };
    trailers.push(parseField(line));
  }
}

function parseField(line: string): [string, string] {
  const colon = line.indexOf(":");
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}
