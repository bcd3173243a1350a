import { once } from "node:events";
import { connect } from "node:net";
import { type Http1Message, parseMessages } from "@gateway-plugins/e2e/http1";
import type { Request } from "./scenario.ts";
import { chunk, delay, head, lastChunk, quiet, sending, type Progress } from "./wire.ts";

/** What a client got for one request. */
export interface ClientView {
  readonly responses: readonly Http1Message[];
  /** Bytes behind the last complete response. */
  readonly rest: string;
  /** `closed` by the gateway, `left` by the client as the scenario says, or `hung`: nothing came any more. */
  readonly end: "closed" | "left" | "hung";
}

/** Without a byte for that long, and with nothing left for the gateway to deal with, a request hangs. */
const SILENCE_MS = 1200;

/** Sends one request, with `connection: close`, and reads until the gateway closes. */
export async function send(port: number, request: Request, progress: Progress): Promise<ClientView> {
  const received: Buffer[] = [];
  const socket = connect({ port, host: "127.0.0.1", noDelay: true });
  let isClosed = false;
  const closed = new Promise<void>((resolve) => {
    socket.on("close", () => {
      isClosed = true;
      resolve();
    });
  });
  socket.on("data", (data) => {
    received.push(data);
    progress.received++;
  });
  socket.on("error", () => socket.destroy());

  await Promise.race([once(socket, "connect").catch(() => undefined), closed]);
  const put = (bytes: string): void => void (!isClosed && socket.write(bytes, "latin1"));
  const isComplete = await sending(progress, () => write(request, put, progress));
  let end: ClientView["end"] = isComplete ? "hung" : "left";
  const isUnderWay = (): boolean => progress.sending + progress.asides > 0;
  for (let heard = -1; end === "hung" && (heard !== received.length || isUnderWay());) {
    heard = received.length;
    await Promise.race([closed, delay(SILENCE_MS)]);
    await quiet(progress);
    if (isClosed) end = "closed";
  }
  progress.clientLeaves();
  socket.destroy();
  return { ...parse(Buffer.concat(received), request), end };
}

/** False when the client is to leave before the end. */
async function write(request: Request, put: (bytes: string) => void, progress: Progress): Promise<boolean> {
  if (request.raw !== undefined) {
    put(request.raw);
    return true;
  }
  const { method = request.body === undefined ? "GET" : "POST", path = "/path", body, trailers } = request;
  const given = request.headers ?? [];
  const has = (name: string): boolean => given.some(([present]) => present.toLowerCase() === name);
  const fields: [string, string][] = [
    ...(has("host") ? [] : ([["host", "gateway.test"]] as [string, string][])),
    ...(given as [string, string][]),
    ["connection", "close"],
  ];
  const line = `${method} ${path} HTTP/1.1`;
  if (body === undefined || typeof body === "string") {
    if (body !== undefined && !has("content-length") && !has("transfer-encoding"))
      fields.push(["content-length", String(body.length)]);
    put(head(line, fields) + (body ?? ""));
    if (request.abortAfter === undefined) return true;
    await quiet(progress);
    return false;
  }
  fields.push(["transfer-encoding", "chunked"]);
  put(head(line, fields));
  await quiet(progress);
  for (const [index, part] of body.entries()) {
    if (request.abortAfter === index) return false;
    put(chunk(part));
    await quiet(progress);
  }
  if (request.abortAfter !== undefined) return false;
  put(lastChunk(trailers));
  return true;
}

function parse(bytes: Buffer, request: Request): { responses: Http1Message[]; rest: string } {
  const isBodiless = (line: string): boolean =>
    request.method === "HEAD" || / (1\d\d|204|304) /.test(line.slice(0, 14));
  try {
    const { messages, rest } = parseMessages(bytes, isBodiless);
    return { responses: messages, rest: rest.toString("latin1") };
  } catch {
    return { responses: [], rest: bytes.toString("latin1") };
  }
}
