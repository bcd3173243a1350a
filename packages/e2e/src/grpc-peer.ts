import { once } from "node:events";
import { createServer, type ServerHttp2Stream } from "node:http2";
import type { AddressInfo } from "node:net";

// Two runs see the same bytes: the server would put its clock in.
const DATE = { date: "Thu, 01 Jan 2026 00:00:00 GMT" };
const HEADERS = { ":status": 200, "content-type": "application/grpc", "x-init": "i", ...DATE };
const TRAILERS = { "grpc-status": "0", "x-trail": "t" };

function frame(message: string | Buffer, flag = 0): Buffer {
  const head = Buffer.alloc(5);
  head[0] = flag;
  head.writeUInt32BE(Buffer.byteLength(message), 1);
  return Buffer.concat([head, Buffer.from(message as string)]);
}

type Act = (stream: ServerHttp2Stream) => void;

function answer(messages: Buffer[], trailers: Record<string, string> | null = TRAILERS): Act {
  return (stream) => {
    stream.respond(HEADERS, { waitForTrailers: trailers !== null });
    if (trailers !== null) stream.on("wantTrailers", () => stream.sendTrailers(trailers));
    for (const message of messages) stream.write(message);
    stream.end();
  };
}

const headersOnly =
  (headers: Record<string, string | number>): Act =>
  (stream) =>
    stream.respond(headers, { endStream: true });

/** What the peer does, by method name: every shape in which a gRPC response can come, or fail to. */
const ACTS: Record<string, Act> = {
  ok: answer([frame("world")]),
  error: headersOnly({ ...HEADERS, "grpc-status": "5", "grpc-message": "not%20found" }),
  "late-error": answer([frame("world")], { "grpc-status": "13", "grpc-message": "late" }),
  "http-503": (stream) => {
    stream.respond({ ":status": 503 });
    stream.end("busy");
  },
  "http-404-trailers-only": headersOnly({
    ":status": 404,
    "grpc-status": "9",
    "grpc-message": "odd",
    ...DATE,
  }),
  "http-401-headers-only": headersOnly({ ":status": 401, ...DATE }),
  "ok-headers-only": headersOnly({ ":status": 200, "content-type": "application/grpc", ...DATE }),
  "no-status": answer([frame("world")], { "x-trail": "t" }),
  "no-trailers": answer([frame("world")], null),
  "reset-before": (stream) => stream.close(2),
  "reset-after": (stream) => {
    stream.respond(HEADERS);
    stream.write(frame("world"), () => setTimeout(() => stream.destroy(new Error("reset")), 20));
  },
  hang: () => undefined,
  "hang-after-headers": (stream) => stream.respond(HEADERS),
  big: answer([frame(Buffer.alloc(5_000_000, "x"))]),
  two: answer([frame("one"), frame("two")]),
  "empty-message": answer([frame("")]),
  "no-message": answer([]),
  split: (stream) => {
    stream.respond(HEADERS, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers(TRAILERS));
    const bytes = [...frame("world")];
    const next = (): void => {
      const byte = bytes.shift();
      if (byte === undefined) stream.end();
      else stream.write(Buffer.of(byte), () => setImmediate(next));
    };
    next();
  },
  compressed: answer([frame("world", 1)]),
  "compressed-empty": answer([frame("", 1)]),
  "bad-status": answer([frame("world")], { "grpc-status": "abc" }),
  "status-99": answer([frame("world")], { "grpc-status": "99", "grpc-message": "weird" }),
  "status-16": answer([frame("world")], { "grpc-status": "16" }),
  html: (stream) => {
    stream.respond({ ":status": 200, "content-type": "text/html", ...DATE });
    stream.end("<html>");
  },
  percent: headersOnly({ ...HEADERS, "grpc-status": "7", "grpc-message": "a%25b c%e2%82%ac%zz" }),
  partial: answer([frame("world").subarray(0, 7)]),
  echo: (stream) => {
    stream.respond(HEADERS, { waitForTrailers: true });
    stream.on("wantTrailers", () => stream.sendTrailers(TRAILERS));
    stream.on("data", (chunk) => stream.write(chunk));
    stream.on("end", () => stream.end());
  },
};

export const GRPC_METHODS = Object.keys(ACTS).filter((name) => name !== "echo");

export interface GrpcPeer {
  /** `h2c://address:port`. */
  readonly url: string;
  close(): void;
}

/** An HTTP/2 server whose methods, of any service, answer in every way that a gRPC server can, and in some that it must not. */
export async function startGrpcPeer(): Promise<GrpcPeer> {
  const server = createServer();
  const sessions = new Set<{ destroy(): void }>();
  server.on("session", (session) => {
    sessions.add(session);
    session.on("error", () => undefined);
  });
  server.on("stream", (stream, headers) => {
    stream.on("error", () => undefined);
    const path = String(headers[":path"]);
    if (path.endsWith("/mirror")) {
      const pairs = Object.entries(headers);
      answer([frame(JSON.stringify(pairs))])(stream);
    } else {
      (ACTS[path.slice(path.lastIndexOf("/") + 1)] ?? ACTS["ok"]!)(stream);
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    url: `h2c://127.0.0.1:${port}`,
    close() {
      for (const session of sessions) session.destroy();
      server.close();
    },
  };
}
