import { createServer } from "node:net";
import type { ListenerConfig, SocketAddress } from "../gateway/config.ts";
import type { DownstreamDoor } from "../gateway/downstream.ts";
import type { Clock } from "../services/clock.ts";
import { Http2Connections } from "./http2/server.ts";
import { Http1Connection, type ConnectionSettings } from "./http1/connection.ts";
import { boundAddress, listen } from "./socket.ts";

const DEFAULT_HEAD_KIB = 60;
const DEFAULT_HEAD_FIELDS = 100;
const DEFAULT_DELAYED_CLOSE_MS = 1000;
const DEFAULT_IDLE_MS = 3_600_000;
const DEFAULT_DRAIN_MS = 5000;

/** A listener on its socket. */
export interface Served {
  /** With the port that the system chose for 0. */
  address: SocketAddress;
  /** Stops accepting, lets requests finish for up to `graceMs`, then drops what is left. */
  stop(graceMs: number): Promise<void>;
}

function settings({ manager = {} }: ListenerConfig, handOver: () => void): ConnectionSettings {
  return {
    handOver: manager.http1Only === true ? undefined : handOver,
    headBytes: (manager.maxRequestHeadersKb ?? DEFAULT_HEAD_KIB) * 1024,
    headFields: manager.maxHeadersCount ?? DEFAULT_HEAD_FIELDS,
    delayedCloseMs: manager.delayedCloseTimeoutMs ?? DEFAULT_DELAYED_CLOSE_MS,
    enableTrailers: manager.enableTrailers ?? true,
    http10: manager.http10,
    maxRequests: manager.maxRequestsPerConnection ?? 0,
    idleMs: manager.idleTimeoutMs ?? DEFAULT_IDLE_MS,
    drainMs: manager.drainTimeoutMs ?? DEFAULT_DRAIN_MS,
    headMs: manager.requestHeadersTimeoutMs ?? 0,
  };
}

/** Serves one listener of the gateway over HTTP/1 on a socket; connections have the settings of `config` as they are when they come. Rejects when the address is taken. */
export async function serveListener(
  gateway: DownstreamDoor,
  config: () => ListenerConfig,
  address: SocketAddress,
  clock: Clock,
): Promise<Served> {
  const connections = new Set<Http1Connection>();
  const headBytes = (config().manager?.maxRequestHeadersKb ?? DEFAULT_HEAD_KIB) * 1024;
  const http2 = new Http2Connections(gateway, () => config().name, headBytes);
  let stopping = false;
  const server = createServer((socket) => {
    const handOver = (): void => {
      connections.delete(connection);
      http2.take(socket);
    };
    const connection: Http1Connection = new Http1Connection(
      socket,
      gateway,
      config().name,
      settings(config(), handOver),
      clock,
    );
    connections.add(connection);
    socket.on("close", () => connections.delete(connection));
    if (stopping) connection.destroy();
  });
  await listen(server, address, "--port");
  return {
    address: boundAddress(server),
    async stop(graceMs) {
      stopping = true;
      const closed = new Promise((resolve) => server.close(resolve));
      for (const connection of connections) if (connection.isIdle) connection.destroy();
      http2.drain();
      const deadline = setTimeout(() => {
        http2.destroy();
        for (const connection of connections) connection.destroy();
      }, graceMs);
      await closed;
      clearTimeout(deadline);
    },
  };
}
