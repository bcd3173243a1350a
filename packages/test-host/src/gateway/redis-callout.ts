import type { RedisConnection } from "../services/redis/client.ts";
import { connectRedis } from "../services/redis/connect.ts";
import type { CallResult } from "../vm/context.ts";
import { Status } from "../vm/status.ts";
import { BROKEN, type CalloutOwner } from "./callouts.ts";

/** Redis calls of one root context, which has a connection of its own to each cluster. */
export class RedisCallouts {
  readonly #owner: CalloutOwner;
  readonly #connections = new Map<string, { settings: string; connection: RedisConnection }>();

  constructor(owner: CalloutOwner) {
    this.#owner = owner;
  }

  init(service: string, username: string, password: string, timeoutMs: number): number {
    const [name = "", query = ""] = service.split("?", 2);
    const cluster = this.#owner.cluster(name);
    if (cluster === undefined) return Status.BadArgument;
    const database = Number(new URLSearchParams(query).get("db")) || 0;
    const settings = JSON.stringify([database, username, password, timeoutMs]);
    const present = this.#connections.get(name);
    if (present?.settings === settings || cluster.socket === undefined) return Status.Ok;
    void present?.connection.close();
    const { connectTimeoutMs, socket } = cluster;
    const connection = connectRedis(
      { ...socket, username, password, database, timeoutMs, connectTimeoutMs },
      this.#owner.vm.host.clock,
    );
    this.#connections.set(name, { settings, connection });
    return Status.Ok;
  }

  call(service: string, query: Uint8Array): CallResult {
    const [name = ""] = service.split("?", 1);
    if (this.#owner.cluster(name) === undefined) return { status: Status.BadArgument, token: 0 };
    const connection = this.#connections.get(name)?.connection;
    if (connection === undefined) return { status: Status.InternalFailure, token: 0 };
    const token = this.#owner.vm.nextToken("redis");
    this.#owner.wait((end) => {
      let isCancelled = false;
      connection.send(query, (outcome) => {
        if (isCancelled) return;
        end();
        const callback = "proxy_on_redis_call_response";
        if (outcome.status === "ok") {
          const { reply } = outcome;
          this.#owner.enter(callback, [token, 0, reply.length], { redisReply: reply });
        } else {
          this.#owner.enterFailed(BROKEN, callback, [token, 1, 0]);
        }
      });
      return { cancel: () => void (isCancelled = true) };
    });
    return { status: Status.Ok, token };
  }

  close(): void {
    for (const { connection } of this.#connections.values()) void connection.close();
  }
}
