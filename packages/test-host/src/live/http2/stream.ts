import { constants, type OutgoingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import type { DownstreamDoor, DownstreamEvents } from "../../gateway/downstream.ts";
import { fromRawHeaders } from "../../services/upstream/raw-headers.ts";
import type { Header } from "../../services/upstream/upstream.ts";

/** One request over HTTP/2 and the response to it. */
export function serveStream(
  door: DownstreamDoor,
  listener: string,
  stream: ServerHttp2Stream,
  raw: string[],
): void {
  const socket = stream.session?.socket;
  const endStream = stream.endAfterHeaders;
  const request = door.handle(listener, joinCookies(fromRawHeaders(raw)), endStream, responseWriter(stream), {
    remote: { address: socket?.remoteAddress ?? "", port: socket?.remotePort ?? 0 },
    local: { address: socket?.localAddress ?? "", port: socket?.localPort ?? 0 },
    protocol: "HTTP/2",
    scheme: "http",
  });
  let trailers: Header[] = [];
  stream.on("data", (chunk: Buffer) => {
    const { buffer, byteOffset, length } = chunk;
    request.write(new Uint8Array(buffer, byteOffset, length), false);
    if (!request.wantsMore) stream.pause();
  });
  stream.on("trailers", (...given: unknown[]) => void (trailers = fromRawHeaders(given[2] as string[])));
  stream.on("end", () => {
    if (endStream) return;
    if (trailers.length > 0) request.writeTrailers(trailers);
    else request.write(new Uint8Array(), true);
  });
  stream.on("drain", () => request.pauseResponse(false));
  stream.on("error", () => stream.destroy());
  stream.on("close", () => request.disconnect());
  if (endStream) stream.resume();
}

function responseWriter(stream: ServerHttp2Stream): DownstreamEvents {
  let trailers: Header[] = [];
  // None of them still ends the stream, with an empty frame.
  stream.on("wantTrailers", () => stream.sendTrailers(toObject(trailers)));
  const write = (chunk: Uint8Array): void => void (chunk.length > 0 && stream.write(chunk));
  return {
    onHeaders(headers, endStream) {
      if (stream.destroyed) return;
      stream.respond(toObject(headers), { endStream, waitForTrailers: !endStream });
    },
    onData(chunk, endStream) {
      if (stream.destroyed) return;
      write(chunk);
      if (endStream) stream.end();
    },
    onTrailers(list) {
      trailers = list;
      stream.end();
    },
    onReset() {
      stream.close(constants.NGHTTP2_INTERNAL_ERROR);
    },
    onWantsMore() {
      stream.resume();
    },
  };
}

/** HTTP/2 may carry each cookie in a field of its own; HTTP/1.1 has them in one (RFC 9113, 8.2.3). */
function joinCookies(headers: readonly Header[]): Header[] {
  const cookies = headers.filter(([name]) => name === "cookie").map(([, value]) => value);
  if (cookies.length < 2) return [...headers];
  const first = headers.findIndex(([name]) => name === "cookie");
  return headers.flatMap(([name, value], index): Header[] => {
    if (name !== "cookie") return [[name, value]];
    return index === first ? [["cookie", cookies.join("; ")]] : [];
  });
}

/** Values of a repeated name stand together. */
function toObject(headers: readonly Header[]): OutgoingHttpHeaders {
  const object: Record<string, string[]> = {};
  for (const [name, value] of headers) (object[name] ??= []).push(value);
  return Object.fromEntries(
    Object.entries(object).map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  );
}
