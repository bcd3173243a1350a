import type { RedisClientOptions, RedisConnection } from "../services/redis/client.ts";
import type { LogLine } from "./observe.ts";

export type RedisSettings = Omit<RedisClientOptions, "address" | "port" | "connectTimeoutMs">;

/**
 * The Redis clients of a cluster. As in Higress all plugins of a thread share one, which has the settings that it was given
 * last: an init with others closes the connection and fails what is pending on it, whoever sent that.
 */
export class RedisClients {
  readonly #connect: (settings: RedisSettings) => RedisConnection;
  readonly #byThread = new Map<string, { settings: string; connection: RedisConnection }>();

  constructor(connect: (settings: RedisSettings) => RedisConnection) {
    this.#connect = connect;
  }

  /** Connects with the first command. With the settings that it has already nothing happens. */
  init(thread: LogLine["thread"], settings: RedisSettings): void {
    const text = JSON.stringify(settings);
    const present = this.#byThread.get(threadOf(thread));
    if (present?.settings === text) return;
    void present?.connection.close();
    const connection = this.#connect(settings);
    this.#byThread.set(threadOf(thread), { settings: text, connection });
  }

  /** Undefined before the first init. */
  of(thread: LogLine["thread"]): RedisConnection | undefined {
    return this.#byThread.get(threadOf(thread))?.connection;
  }

  async close(): Promise<void> {
    await Promise.all([...this.#byThread.values()].map(({ connection }) => connection.close()));
  }
}

/** Trials run on the main thread. */
function threadOf(thread: LogLine["thread"]): "main" | "worker" {
  return thread === "worker" ? "worker" : "main";
}
