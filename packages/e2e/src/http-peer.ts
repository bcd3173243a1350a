import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";

const DATE = "date: Thu, 01 Jan 2026 00:00:00 GMT\r\n";

/** Bytes of an answer of that size, its head included. */
const sized = (bytes: number) =>
  `HTTP/1.1 200 OK\r\n${DATE}content-length: ${bytes}\r\n\r\n${"x".repeat(bytes)}`;

/** What the peer does, by path: every shape in which an HTTP/1.1 response can come, or fail to. */
const ACTS: Record<string, (socket: Socket) => void> = {
  "/ok": (socket) =>
    socket.write(`HTTP/1.1 200 OK\r\n${DATE}x-a: 1\r\nx-a: 2\r\ncontent-length: 5\r\n\r\nhello`),
  "/empty": (socket) => socket.write(`HTTP/1.1 204 No Content\r\n${DATE}\r\n`),
  "/no-body": (socket) => socket.write(`HTTP/1.1 200 OK\r\n${DATE}content-length: 0\r\n\r\n`),
  "/redirect": (socket) =>
    socket.write(`HTTP/1.1 302 Found\r\n${DATE}location: /ok\r\ncontent-length: 0\r\n\r\n`),
  "/error": (socket) => socket.write(`HTTP/1.1 500 Oh\r\n${DATE}content-length: 2\r\n\r\nno`),
  "/chunked": (socket) =>
    socket.write(
      `HTTP/1.1 200 OK\r\n${DATE}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n`,
    ),
  "/trailers": (socket) =>
    socket.write(
      `HTTP/1.1 200 OK\r\n${DATE}transfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\nx-t: 1\r\nx-t: 2\r\n\r\n`,
    ),
  "/until-close": (socket) => socket.end(`HTTP/1.1 200 OK\r\n${DATE}connection: close\r\n\r\nto the end`),
  "/100": (socket) =>
    socket.write(`HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n${DATE}content-length: 2\r\n\r\nok`),
  "/service-time": (socket) =>
    socket.write(`HTTP/1.1 200 OK\r\n${DATE}x-envoy-upstream-service-time: 7\r\ncontent-length: 0\r\n\r\n`),
  "/close-before": (socket) => socket.end(),
  "/reset-before": (socket) => socket.resetAndDestroy(),
  "/cut-head": (socket) => socket.end("HTTP/1.1 200 OK\r\ncontent-le"),
  "/close-after": (socket) =>
    socket.write(`HTTP/1.1 200 OK\r\n${DATE}content-length: 100\r\n\r\npart`, () =>
      setTimeout(() => socket.end(), 20),
    ),
  "/cut-chunk": (socket) =>
    socket.write(`HTTP/1.1 200 OK\r\n${DATE}transfer-encoding: chunked\r\n\r\n9\r\npart`, () =>
      setTimeout(() => socket.end(), 20),
    ),
  "/garbage": (socket) => socket.write("this is no HTTP\r\n\r\n"),
  "/hang": () => undefined,
  "/hang-after-headers": (socket) =>
    socket.write(`HTTP/1.1 200 OK\r\n${DATE}content-length: 100\r\n\r\npart`),
  "/3-megabytes": (socket) => socket.write(sized(3_000_000)),
  "/20-megabytes": (socket) => socket.write(sized(20_000_000)),
  "/40-megabytes": (socket) => socket.write(sized(40_000_000)),
  "/large-head": (socket) =>
    socket.write(`HTTP/1.1 200 OK\r\n${DATE}x-big: ${"b".repeat(70_000)}\r\ncontent-length: 0\r\n\r\n`),
  "/larger-head": (socket) =>
    socket.write(`HTTP/1.1 200 OK\r\n${DATE}x-big: ${"b".repeat(90_000)}\r\ncontent-length: 0\r\n\r\n`),
};

export const HTTP_PATHS = Object.keys(ACTS);

export interface HttpPeer {
  /** `address:port`. */
  readonly address: string;
  close(): void;
}

/**
 * An HTTP/1.1 server whose paths answer in every way that a server can, and in some that it must not; other paths answer with
 * the bytes of the request.
 */
export async function startHttpPeer(): Promise<HttpPeer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    let received = "";
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
      const end = received.indexOf("\r\n\r\n");
      if (end === -1) return;
      const length = Number(/content-length: (\d+)/i.exec(received)?.[1] ?? 0);
      const isWhole = /transfer-encoding/i.test(received)
        ? received.endsWith("0\r\n\r\n")
        : received.length >= end + 4 + length;
      if (!isWhole) return;
      const path = received.split(" ", 2)[1] ?? "";
      const body = received;
      received = "";
      const act = ACTS[path];
      if (act !== undefined) act(socket);
      else
        socket.write(
          Buffer.from(`HTTP/1.1 200 OK\r\n${DATE}content-length: ${body.length}\r\n\r\n${body}`, "latin1"),
        );
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { address, port } = server.address() as AddressInfo;
  return {
    address: `${address}:${port}`,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
