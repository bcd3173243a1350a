import { once } from "node:events";
import { createServer, type AddressInfo, type Socket } from "node:net";

export interface RedisPeer {
  readonly address: string;
  readonly port: number;
  /** How many connections it has had. */
  connections: number;
  /** All it has read. */
  received: string;
  /** Pieces that arrived, each as it came. */
  readonly reads: string[];
  close(): void;
}

/** A server that answers as it is told: what no real Redis does on demand. */
export async function startRedisPeer(answer: (socket: Socket, chunk: string) => void): Promise<RedisPeer> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    peer.connections++;
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      const chunk = bytes.toString("latin1");
      peer.received += chunk;
      peer.reads.push(chunk);
      answer(socket, chunk);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { address, port } = server.address() as AddressInfo;
  const peer: RedisPeer = {
    address,
    port,
    connections: 0,
    received: "",
    reads: [],
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
  return peer;
}
