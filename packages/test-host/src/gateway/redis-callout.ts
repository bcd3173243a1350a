import { DEFAULT_FLUSH_BYTES, DEFAULT_FLUSH_MS } from "../services/redis/client.ts";
import type { CallResult } from "../vm/context.ts";
import { Status } from "../vm/status.ts";
import { BROKEN, type CalloutOwner } from "./callouts.ts";

/** `proxy_redis_init`. `service` is a cluster's name, with settings behind a `?`. */
export function initRedis(
  owner: CalloutOwner,
  service: string,
  username: string,
  password: string,
  timeoutMs: number,
): number {
  const [name = "", query = ""] = service.split("?", 2);
  const cluster = owner.cluster(name);
  if (cluster === undefined) return Status.BadArgument;
  const parameters = new URLSearchParams(query);
  cluster.redis?.init(owner.vm.thread, {
    username,
    password,
    timeoutMs,
    database: numberOf(parameters.get("db"), 0),
    flushMs: numberOf(parameters.get("buffer_flush_timeout"), DEFAULT_FLUSH_MS),
    flushBytes: numberOf(parameters.get("max_buffer_size_before_flush"), DEFAULT_FLUSH_BYTES),
  });
  return Status.Ok;
}

/** `proxy_redis_call`. A call belongs to its root context and ends with it; the connection does not. */
export function callRedis(owner: CalloutOwner, service: string, query: Uint8Array): CallResult {
  const [name = ""] = service.split("?", 1);
  const cluster = owner.cluster(name);
  if (cluster === undefined) return { status: Status.BadArgument, token: 0 };
  const connection = cluster.redis?.of(owner.vm.thread);
  if (connection === undefined) return { status: Status.InternalFailure, token: 0 };
  const token = owner.vm.nextToken("redis");
  owner.wait((end) => {
    let isCancelled = false;
    connection.send(query, (outcome) => {
      if (isCancelled) return;
      end();
      const callback = "proxy_on_redis_call_response";
      if (outcome.status === "ok") {
        const { reply } = outcome;
        owner.enter(callback, [token, 0, reply.length], { redisReply: reply });
      } else {
        owner.enterFailed(BROKEN, callback, [token, 1, 0]);
      }
    });
    return { cancel: () => void (isCancelled = true) };
  });
  return { status: Status.Ok, token };
}

/** What is absent or no whole number from 0 on counts as the default. */
function numberOf(text: string | null, standard: number): number {
  return text !== null && /^\d+$/.test(text) ? Number(text) : standard;
}
