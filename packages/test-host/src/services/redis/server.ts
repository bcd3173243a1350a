import type { Clock } from "../clock.ts";
import { addressText } from "../address-text.ts";
import { RealClock } from "../real-clock.ts";
import { TcpListener } from "../tcp-listener.ts";
import { DATABASE_COUNT, type ServerState } from "./embedded/command.ts";
import { serveConnection } from "./embedded/connection.ts";
import { Database } from "./embedded/keyspace.ts";
import { ScriptCache } from "./embedded/scripting/script-cache.ts";

export interface RedisServerOptions {
  /** What keys expire by, and TIME tells. Default: real time. */
  clock?: Clock;
  /** Default 0: a free one. */
  port?: number;
  /** Default 127.0.0.1. */
  host?: string;
  /** Of the user `default`. Absent: nobody needs one. */
  password?: string;
  /** More users, name to password. */
  users?: Record<string, string>;
}

export interface RedisServer {
  /** `redis://host:port`, without credentials. */
  readonly url: string;
  readonly address: string;
  readonly port: number;
  /** Every command received, arguments as byte strings (latin1), passwords included. */
  readonly commands: string[][];
  /** Removes all keys, scripts and the log of commands. */
  flush(): void;
  /** Drops all connections and stops listening, as a killed server does. Keys stay for `restart`. */
  close(): Promise<void>;
  /** Listens on the same port again, with the keys it had. */
  restart(): Promise<void>;
}

/**
 * A Redis in this process: the commands plugins use, on a real socket, with the answers of Redis 7.0. Nothing is
 * persisted. Rejects when the port is taken.
 */
export async function startRedis(options: RedisServerOptions = {}): Promise<RedisServer> {
  const clock = options.clock ?? new RealClock();
  const state: ServerState = {
    clock,
    databases: Array.from({ length: DATABASE_COUNT }, () => new Database(clock)),
    scripts: new ScriptCache(clock),
    users: new Map([["default", options.password ?? null], ...Object.entries(options.users ?? {})]),
  };
  const commands: string[][] = [];
  const listener = new TcpListener((socket) => serveConnection(socket, state, (args) => commands.push(args)));
  const { address, port } = await listener.open(options.port ?? 0, options.host ?? "127.0.0.1");
  return {
    url: `redis://${addressText({ address, port })}`,
    address,
    port,
    commands,
    flush() {
      for (const database of state.databases) database.clear();
      state.scripts.clear();
      commands.length = 0;
    },
    close: () => listener.close(),
    async restart() {
      await listener.close();
      await listener.open(port, address);
    },
  };
}
