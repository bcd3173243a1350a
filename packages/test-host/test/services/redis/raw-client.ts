import { connectRedis } from "../../../src/services/redis/connect.ts";
import type { RedisClientOptions, RedisConnection } from "../../../src/services/redis/client.ts";
import { encodeCommand } from "../../../src/services/redis/resp.ts";
import type { Clock } from "../../../src/services/clock.ts";
import { RealClock } from "../../../src/services/real-clock.ts";

export function open(
  port: number,
  options: Partial<RedisClientOptions> = {},
  clock: Clock = new RealClock(),
): RedisConnection {
  const defaults = {
    address: "127.0.0.1",
    username: "",
    password: "",
    database: 0,
    timeoutMs: 5000,
    connectTimeoutMs: 5000,
    flushMs: 0,
    flushBytes: 0,
  };
  return connectRedis({ ...defaults, port, ...options }, clock);
}

/** The raw reply as latin1, or `network-error`. */
export function ask(connection: RedisConnection, ...args: string[]): Promise<string> {
  return new Promise((resolve) =>
    connection.send(encodeCommand(args), (outcome) =>
      resolve(outcome.status === "ok" ? Buffer.from(outcome.reply).toString("latin1") : outcome.status),
    ),
  );
}
