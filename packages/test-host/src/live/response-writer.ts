import { STATUS_CODES, type IncomingMessage, type ServerResponse } from "node:http";
import type { DownstreamEvents } from "../gateway/downstream.ts";
import type { Header } from "../services/upstream/upstream.ts";

/**
 * Writes what the engine sends as it is: order, duplicates and lengths are the engine's, Node adds nothing. Only the
 * framing that is missing is chosen here, as Envoy's HTTP/1 codec does: `content-length: 0` for a head without a body,
 * otherwise chunked, or up to the end of the connection for HTTP/1.0.
 */
export function responseWriter(request: IncomingMessage, response: ServerResponse): DownstreamEvents {
  response.sendDate = false;
  response.strictContentLength = false;
  response.removeHeader("connection");
  const end = (): void => {
    response.end();
    // The rest of a body nobody reads must not be taken for the next request.
    if (!request.complete) request.resume();
  };
  /** Set when the head went to the socket directly; the rest must follow it there. */
  let raw = false;
  return {
    onHeaders(headers, endStream) {
      const status = Number(headers.find(([name]) => name === ":status")?.[1]);
      const fields = frame(
        headers.filter(([name]) => !name.startsWith(":")),
        status,
        endStream,
        request,
      );
      try {
        response.writeHead(status, STATUS_CODES[status] ?? "Unknown", fields.flat());
      } catch {
        // Envoy checks nothing here and puts it on the wire raw; Node would not, so the socket gets it directly.
        raw = true;
        writeRawHead(
          response,
          status,
          fields.filter(([name]) => name !== "transfer-encoding"),
        );
        if (endStream) response.socket?.end();
        return;
      }
      if (endStream) end();
      else response.flushHeaders();
    },
    onData(chunk, endStream) {
      if (raw) {
        response.socket?.write(chunk);
        if (endStream) response.socket?.end();
        return;
      }
      if (chunk.length > 0) response.write(chunk);
      if (endStream) end();
    },
    onTrailers(trailers) {
      if (!response.hasHeader("content-length")) response.addTrailers(trailers);
      end();
    },
    onReset() {
      response.destroy();
    },
  };
}

function frame(headers: Header[], status: number, endStream: boolean, request: IncomingMessage): Header[] {
  const framed: Header[] = [...headers];
  const has = (wanted: string): boolean => headers.some(([name]) => name === wanted);
  const isOld = request.httpVersion === "1.0";
  const bodiless = request.method === "HEAD" || status < 200 || status === 204 || status === 304;
  if (!has("content-length") && !has("transfer-encoding") && !bodiless) {
    if (endStream) framed.push(["content-length", "0"]);
    else if (!isOld) framed.push(["transfer-encoding", "chunked"]);
  }
  const closes = isOld || /(^|,)\s*close\s*(,|$)/i.test(request.headers.connection ?? "");
  if (closes && !has("connection")) framed.push(["connection", "close"]);
  return framed;
}

function writeRawHead(response: ServerResponse, status: number, fields: Header[]): void {
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`).join("");
  response.socket?.write(`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? "Unknown"}\r\n${lines}\r\n`, "latin1");
}
