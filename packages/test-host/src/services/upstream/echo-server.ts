import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import {
  createServer as createHttp2Server,
  type Http2ServerRequest,
  type Http2ServerResponse,
} from "node:http2";
import { addressText } from "../address-text.ts";
import type { Clock } from "../clock.ts";
import { isHttp2Preface } from "../http2-preface.ts";
import { RealClock } from "../real-clock.ts";
import { TcpListener } from "../tcp-listener.ts";
import { echo } from "./echo.ts";
import { fromRawHeaders, toRawHeaders } from "./raw-headers.ts";
import type { UpstreamRequest, UpstreamResponse } from "./upstream.ts";

export interface EchoServerOptions {
  /** Default 0: a free one. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** What `/delay` waits by. Default: real time. */
  clock?: Clock;
}

export interface EchoServer {
  readonly url: string;
  readonly address: string;
  readonly port: number;
  close(): Promise<void>;
}

/** The echo upstream on a socket of its own, in HTTP/1.1 and in HTTP/2 with prior knowledge. Rejects when the port is taken. */
export async function startEchoServer(options: EchoServerOptions = {}): Promise<EchoServer> {
  const clock = options.clock ?? new RealClock();
  const serve = (incoming: Incoming, outgoing: Outgoing): void =>
    void receive(incoming)
      .then((request) => echo(request, clock))
      .then((response) => answer(outgoing, response))
      .catch(() => outgoing.destroy());
  const http1 = createServer(serve);
  const http2 = createHttp2Server(serve);
  const listener = new TcpListener((socket) => {
    socket.on("error", () => socket.destroy());
    socket.once("readable", () => {
      const first: Buffer | null = socket.read();
      if (first === null) return;
      socket.unshift(first);
      (isHttp2Preface(first) ? http2 : http1).emit("connection", socket);
    });
  });
  const { address, port } = await listener.open(options.port ?? 0, options.host ?? "127.0.0.1");
  return {
    url: `http://${addressText({ address, port })}`,
    address,
    port,
    close: () => listener.close(),
  };
}

type Incoming = IncomingMessage | Http2ServerRequest;
type Outgoing = ServerResponse | Http2ServerResponse;

async function receive(incoming: Incoming): Promise<UpstreamRequest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
  return {
    method: incoming.method ?? "",
    path: incoming.url ?? "",
    authority: incoming.headers.host ?? incoming.headers[":authority"]?.toString() ?? "",
    headers: fromRawHeaders(incoming.rawHeaders).filter(([name]) => !name.startsWith(":")),
    body: Buffer.concat(chunks),
    trailers: fromRawHeaders(incoming.rawTrailers),
  };
}

async function answer(to: Outgoing, response: UpstreamResponse): Promise<void> {
  // Of the two only what they have in common is used.
  const outgoing = to as ServerResponse;
  const given = response.headers ?? [];
  const body = response.body ?? "";
  const headers = Array.isArray(given) ? given : Object.entries(given);
  outgoing.writeHead(response.status ?? 200, toRawHeaders(headers));
  for (const chunk of Array.isArray(body) ? body : []) {
    outgoing.write(chunk);
    // A turn between two chunks, so that they leave as two.
    await new Promise((resolve) => setImmediate(resolve));
  }
  outgoing.end(Array.isArray(body) ? undefined : body);
}
