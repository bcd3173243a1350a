import { guest } from "@gateway-plugins/test-parts/guests/guest";

export interface RedisGuest {
  /** What it initialises: a cluster's name, with settings behind a `?`. Null: it does not. */
  init?: string | null;
  user?: string;
  password?: string;
  timeoutMs?: number;
  /** Sent at once for every request, which goes on when all are answered. */
  queries: readonly string[][];
  /** Initialises again after it has sent the queries, with this timeout. */
  again?: number;
}

export const REDIS_CLUSTER = "outbound|6379||redis.dns";

/** Logs of each answer the query's number, the callback's status, and the reply in hexadecimal. */
export function redisGuest(options: RedisGuest): Uint8Array {
  const { init = REDIS_CLUSTER, user = "", password = "", timeoutMs = 2000, queries, again } = options;
  return guest(({ on, run, text, latin1, call, hexGiven, result, log, logNumber }) => {
    const initialise = (service: string, timeout: number) =>
      result("proxy_redis_init", text(service), text(user), text(password), timeout);
    const send = queries.map(
      (words) =>
        `(if (i32.eqz ${call("proxy_redis_call", text(REDIS_CLUSTER), latin1(resp(words)), 16)})
           (then (global.set $left (i32.add (global.get $left) (i32.const 1)))) (else ${log("refused")}))`,
    );
    return `
      (global $left (mut i32) (i32.const 0))
      ${on("proxy_on_configure", init === null ? "" : initialise(init, timeoutMs))}
      ${on(
        "proxy_on_request_headers",
        `(global.set $stream (local.get $id)) ${send.join(" ")}
         ${again === undefined ? "" : initialise(init ?? REDIS_CLUSTER, again)}
         (if (global.get $left) (then (return (i32.const 4))))`,
      )}
      ${on(
        "proxy_on_redis_call_response",
        `${logNumber("query ", "(i32.div_u (i32.sub (local.get $token) (i32.const 7)) (i32.const 4))")}
         ${logNumber("status ", "(local.get $status)")} ${hexGiven("reply", "proxy_get_buffer_bytes", 9, 0, -1)}
         (global.set $left (i32.sub (global.get $left) (i32.const 1)))
         (if (i32.eqz (global.get $left)) (then
           ${run("proxy_set_effective_context", "(global.get $stream)")} ${run("proxy_continue_stream", 0)}))`,
      )}`;
  });
}

/** A command as clients write it. */
function resp(words: readonly string[]): string {
  const bulk = words.map((word) => `$${word.length}\r\n${word}\r\n`);
  return `*${words.length}\r\n${bulk.join("")}`;
}
