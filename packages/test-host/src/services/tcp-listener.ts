import { createServer, type AddressInfo, type Server, type Socket } from "node:net";

/** A listening socket that can be taken away with all its connections, and put back. */
export class TcpListener {
  readonly #serve: (socket: Socket) => void;
  #sockets = new Set<Socket>();
  #server: Server | undefined;

  constructor(serve: (socket: Socket) => void) {
    this.#serve = serve;
  }

  /** Rejects when it cannot listen there. `port` 0: a free one. */
  async open(port: number, host: string): Promise<AddressInfo> {
    const server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.on("close", () => this.#sockets.delete(socket));
      this.#serve(socket);
    });
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(port, host, resolve);
    });
    this.#server = server;
    return server.address() as AddressInfo;
  }

  async close(): Promise<void> {
    const server = this.#server;
    if (server === undefined) return;
    this.#server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }
}
