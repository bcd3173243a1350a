import { createServer, type Http2Server, type ServerHttp2Session, type ServerHttp2Stream } from "node:http2";
import type { Socket } from "node:net";
import type { DownstreamDoor } from "../../gateway/downstream.ts";
import { serveStream } from "./stream.ts";

/** Bytes of flow-control window for a connection; Envoy's is as large. */
const WINDOW_BYTES = 256 * 1024 * 1024;

/** Serves connections that turned out to be HTTP/2, in clear text. */
export class Http2Connections {
  readonly #server: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();

  constructor(door: DownstreamDoor, listener: () => string, maxHeadBytes: number) {
    this.#server = createServer({
      maxHeaderListPairs: 128,
      settings: { initialWindowSize: 16 * 1024 * 1024, maxHeaderListSize: maxHeadBytes },
    });
    this.#server.on("session", (session) => {
      this.#sessions.add(session);
      session.setLocalWindowSize(WINDOW_BYTES);
      session.on("error", () => session.destroy());
      session.on("close", () => this.#sessions.delete(session));
    });
    // Node's types leave out the raw headers, which come last.
    this.#server.on("stream", (stream: ServerHttp2Stream, ...rest: unknown[]) =>
      serveStream(door, listener(), stream, rest[2] as string[]),
    );
  }

  /** Takes a connection whose first bytes have been put back. */
  take(socket: Socket): void {
    this.#server.emit("connection", socket);
  }

  /** Lets streams end, and tells clients to begin no more. */
  drain(): void {
    for (const session of this.#sessions) session.close();
  }

  destroy(): void {
    for (const session of this.#sessions) session.destroy();
  }
}
