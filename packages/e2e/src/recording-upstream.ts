import { once } from "node:events";
import { type AddressInfo, type Socket, createServer } from "node:net";
import { type Http1Message, parseMessages } from "./http1.ts";

export interface RecordedConnection {
  /** Every byte received. */
  readonly bytes: Buffer;
  readonly requests: readonly Http1Message[];
  /** Received behind the last complete request. */
  readonly rest: string;
}

/** The raw bytes of a response, sent as they are; null answers nothing and keeps the connection. */
export type Script = (request: Http1Message) => string | Buffer | null;

export interface RecordingUpstream {
  /** `127.0.0.1:<port>` */
  readonly address: string;
  readonly connections: readonly RecordedConnection[];
  /** The requests of all connections, in the order of their ends. */
  readonly requests: readonly Http1Message[];
  script: Script;
  /** Forgets what was recorded; connections stay open. */
  forget(): void;
  close(): Promise<void>;
}

/** A response with a content-length. */
export function response(
  status: number,
  body: string | Buffer = "",
  headers: Record<string, string> = {},
): Buffer {
  const content = Buffer.from(body);
  const fields = Object.entries({ ...headers, "content-length": String(content.length) });
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.concat([
    Buffer.from(`HTTP/1.1 ${status} Scripted\r\n${lines.join("")}\r\n`, "latin1"),
    content,
  ]);
}

/** An HTTP/1.1 upstream on a free loopback port that keeps its connections open and remembers exactly what came over them. */
export async function startRecordingUpstream(
  script: Script = () => response(200, "upstream"),
): Promise<RecordingUpstream> {
  const sockets = new Set<Socket>();
  let connections: { bytes: Buffer; requests: Http1Message[]; rest: string }[] = [];
  let requests: Http1Message[] = [];
  const server = createServer((socket) => {
    sockets.add(socket);
    let unread = Buffer.alloc(0);
    let connection: (typeof connections)[number] | undefined;
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    socket.on("data", (data: Buffer) => {
      if (connection === undefined || !connections.includes(connection)) {
        connection = { bytes: Buffer.alloc(0), requests: [], rest: "" };
        connections.push(connection);
      }
      connection.bytes = Buffer.concat([connection.bytes, data]);
      const { messages, rest } = parseMessages(Buffer.concat([unread, data]));
      unread = Buffer.from(rest);
      connection.rest = rest.toString("latin1");
      for (const message of messages) {
        connection.requests.push(message);
        requests.push(message);
        const answer = upstream.script(message);
        if (answer !== null) socket.write(answer);
      }
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const upstream: RecordingUpstream = {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    get connections() {
      return connections;
    },
    get requests() {
      return requests;
    },
    script,
    forget() {
      connections = [];
      requests = [];
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
  return upstream;
}
