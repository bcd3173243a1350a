import type { Server } from "node:http";
import type { GatewayConfig, SocketAddress } from "../gateway/config.ts";
import { Gateway } from "../gateway/gateway.ts";
import type { GatewayOptions } from "../gateway/options.ts";
import type { Clock } from "../services/clock.ts";
import { RealClock } from "../services/real-clock.ts";
import { serveAdmin } from "./admin.ts";
import { boundAddress, serveListener } from "./http-listener.ts";
import { stop } from "./socket.ts";

const GRACE_MS = 1000;

export interface ServeOptions extends Omit<GatewayOptions, "clock"> {
  /** Default: real time. */
  clock?: Clock;
  /** Address to listen on instead of the configured ones. Default: as configured, with 0.0.0.0 narrowed to 127.0.0.1. */
  host?: string;
}

/** A gateway on real sockets. */
export interface LiveGateway {
  gateway: Gateway;
  /** Where each listener listens, by its name. */
  listeners: Record<string, SocketAddress>;
  /** Absent when the configuration has no admin address. */
  admin?: SocketAddress;
  /** Stops listening, lets requests finish for up to a second, and closes the gateway. */
  close(): Promise<void>;
}

/**
 * Starts a gateway and listens. Nothing keeps listening when it fails.
 *
 * @throws {GatewayError} when a plugin does not start
 * @throws {ListenError} when a port is taken
 */
export async function serve(config: GatewayConfig, options: ServeOptions): Promise<LiveGateway> {
  const gateway = await Gateway.start(config, { ...options, clock: options.clock ?? new RealClock() });
  const servers: Server[] = [];
  const close = async (): Promise<void> => {
    await Promise.all(servers.map((server) => stop(server, GRACE_MS)));
    await gateway.close();
  };
  const place = (address: SocketAddress): SocketAddress => ({
    address: options.host ?? (address.address === "0.0.0.0" ? "127.0.0.1" : address.address),
    port: address.port,
  });
  try {
    const listeners: Record<string, SocketAddress> = {};
    for (const listener of config.listeners) {
      const server = await serveListener(gateway, listener.name, place(listener.address));
      servers.push(server);
      listeners[listener.name] = boundAddress(server);
    }
    if (config.admin === undefined) return { gateway, listeners, close };
    const server = await serveAdmin(gateway, config, place(config.admin));
    servers.push(server);
    return { gateway, listeners, admin: boundAddress(server), close };
  } catch (error) {
    await close();
    throw error;
  }
}
