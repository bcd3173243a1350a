import { connect } from "node:net";
import { type Http1Message, parseMessages } from "./http1.ts";

export interface Exchange {
  /** Every byte that came back. */
  readonly raw: string;
  readonly responses: readonly Http1Message[];
  /** Bytes behind the last complete response: part of a cut one, or what should not be there. */
  readonly rest: string;
  /** The gateway closed the connection before the time was up. */
  readonly closed: boolean;
}

const TIME_LIMIT_MS = 5_000;

/**
 * Sends the bytes and reads until the gateway closes, or for `timeLimit` ms. With `connection: close` on the (last) request a
 * gateway closes behind its response, so whatever it sends too much is seen as well.
 */
export function exchange(
  port: number,
  bytes: string | Buffer,
  timeLimit: number = TIME_LIMIT_MS,
): Promise<Exchange> {
  return new Promise((resolve, reject) => {
    const received: Buffer[] = [];
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    const finish = (closed: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      const all = Buffer.concat(received);
      const { messages, rest } = parseMessages(all);
      resolve({ raw: all.toString("latin1"), responses: messages, rest: rest.toString("latin1"), closed });
    };
    const timer = setTimeout(() => finish(false), timeLimit);
    socket.on("data", (data: Buffer) => received.push(data));
    socket.on("end", () => finish(true));
    socket.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "ECONNRESET") return finish(true);
      clearTimeout(timer);
      reject(error);
    });
  });
}

/** The one response to one request; an error when the gateway sent anything less or more. */
export async function fetchRaw(
  port: number,
  bytes: string | Buffer,
  timeLimit?: number,
): Promise<Http1Message> {
  const { raw, responses, rest, closed } = await exchange(port, bytes, timeLimit);
  const [response] = responses;
  if (response === undefined || responses.length > 1 || rest !== "") {
    throw new Error(
      `expected one response${closed ? "" : " before the time limit"}, got:\n${raw.slice(0, 2000)}`,
    );
  }
  return response;
}

export interface RequestOptions {
  /** Default: GET, or POST with a body. */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** A request as bytes, with `connection: close`. A body gets a content-length unless the headers say it is chunked. */
export function request(path: string, { method, headers, body }: RequestOptions = {}): Buffer {
  const fields: Record<string, string> = { host: "gateway.test", connection: "close", ...headers };
  const content = Buffer.from(body ?? "");
  if (body !== undefined && fields["transfer-encoding"] === undefined)
    fields["content-length"] ??= String(content.length);
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  const verb = method ?? (body === undefined ? "GET" : "POST");
  return Buffer.concat([Buffer.from(`${verb} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`, "latin1"), content]);
}

/** A chunked body of these chunks. */
export function chunked(chunks: readonly string[], trailers: Readonly<Record<string, string>> = {}): string {
  const data = chunks.map((chunk) => `${Buffer.byteLength(chunk).toString(16)}\r\n${chunk}\r\n`);
  const fields = Object.entries(trailers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${data.join("")}0\r\n${fields.join("")}\r\n`;
}
