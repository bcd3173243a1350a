import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Clock } from "../clock.ts";
import { RealClock } from "../real-clock.ts";
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

/** The echo upstream on a socket of its own. Rejects when the port is taken. */
export async function startEchoServer(options: EchoServerOptions = {}): Promise<EchoServer> {
  const clock = options.clock ?? new RealClock();
  const server = createServer((incoming, outgoing) => {
    receive(incoming)
      .then((request) => echo(request, clock))
      .then((response) => answer(outgoing, response))
      .catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port ?? 0, options.host ?? "127.0.0.1", resolve);
  });
  const { address, port } = server.address() as AddressInfo;
  return {
    url: `http://${address.includes(":") ? `[${address}]` : address}:${port}`,
    address,
    port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function receive(incoming: IncomingMessage): Promise<UpstreamRequest> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Uint8Array);
  return {
    method: incoming.method ?? "",
    path: incoming.url ?? "",
    authority: incoming.headers.host ?? "",
    headers: fromRawHeaders(incoming.rawHeaders),
    body: Buffer.concat(chunks),
    trailers: fromRawHeaders(incoming.rawTrailers),
  };
}

async function answer(outgoing: ServerResponse, response: UpstreamResponse): Promise<void> {
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
