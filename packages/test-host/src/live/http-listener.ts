import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { SocketAddress } from "../gateway/config.ts";
import type { DownstreamDoor } from "../gateway/downstream.ts";
import { hasBody, requestHead } from "./request-head.ts";
import { responseWriter } from "./response-writer.ts";
import { listen } from "./socket.ts";

/** Envoy's `max_request_headers_kb`. */
const MAXIMUM_HEAD_BYTES = 60 * 1024;
const IDLE_TIMEOUT_MS = 3_600_000;

/** Serves one listener of the gateway over HTTP/1 on a socket. Rejects when the address is taken. */
export async function serveListener(
  gateway: DownstreamDoor,
  name: string,
  address: SocketAddress,
): Promise<Server> {
  const options = {
    maxHeaderSize: MAXIMUM_HEAD_BYTES,
    requireHostHeader: false,
    keepAliveTimeout: IDLE_TIMEOUT_MS,
  };
  const server = createServer({ ...options, requestTimeout: 0 }, (request, response) => {
    serveRequest(gateway, name, request, response);
  });
  server.on("checkContinue", (request: IncomingMessage, response: ServerResponse) => {
    response.writeContinue();
    serveRequest(gateway, name, request, response);
  });
  server.on("clientError", refuseMalformed);
  await listen(server, address, "--port");
  return server;
}

function serveRequest(
  gateway: DownstreamDoor,
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { socket } = request;
  const withBody = hasBody(request);
  const stream = gateway.handle(name, requestHead(request), !withBody, responseWriter(request, response), {
    remote: { address: socket.remoteAddress ?? "", port: socket.remotePort ?? 0 },
    local: { address: socket.localAddress ?? "", port: socket.localPort ?? 0 },
    protocol: request.httpVersion === "1.0" ? "HTTP/1.0" : "HTTP/1.1",
    scheme: "http",
  });
  if (withBody) {
    request.on("data", (chunk: Buffer) => stream.write(new Uint8Array(chunk), false));
    request.on("end", () => {
      const trailers = lowerCasePairs(request.rawTrailers);
      if (trailers.length > 0) stream.writeTrailers(trailers);
      else stream.write(new Uint8Array(), true);
    });
  } else {
    request.resume();
  }
  response.on("close", () => {
    if (!response.writableFinished) stream.disconnect();
  });
}

function lowerCasePairs(raw: string[]): [string, string][] {
  return raw.flatMap((name, index) =>
    index % 2 === 0 ? [[name.toLowerCase(), raw[index + 1]!] as [string, string]] : [],
  );
}

function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === "ECONNRESET") {
    socket.destroy();
    return;
  }
  const tooLarge = error.code === "HPE_HEADER_OVERFLOW";
  const line = tooLarge ? "431 Request Header Fields Too Large" : "400 Bad Request";
  const body = line.slice(4);
  socket.end(
    `HTTP/1.1 ${line}\r\ncontent-length: ${body.length}\r\ncontent-type: text/plain\r\nconnection: close\r\n\r\n${body}`,
  );
}

/** Where a server listens, with the port the system chose for 0. */
export function boundAddress(server: Server): SocketAddress {
  const { address, port } = server.address() as AddressInfo;
  return { address, port };
}
