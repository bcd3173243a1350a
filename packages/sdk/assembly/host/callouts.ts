import { OUT } from "../abi/allocator";
import { Status } from "../abi/enums";
import { proxy_http_call, proxy_redis_call, proxy_redis_init } from "../abi/imports";
import { pairsLength, pairsPointer } from "../abi/pairs";
import { Encoded, encodeText, lengthOf, pointerOf, release } from "../abi/text";

/** The token of the call that was started last, if it was. */
// @ts-ignore: decorator
@inline export function lastToken(): u32 {
  return load<u32>(OUT);
}

/** Starts an HTTP call with the pairs begun by `startPairs`. BadArgument: unknown cluster; InternalFailure: no healthy host, or circuit open. */
export function startHttpCall(cluster: string, body: Encoded, timeoutMs: i32): Status {
  const length = pairsLength();
  let status: Status = Status.SerializationFailure;
  if (length) {
    const name = encodeText(cluster);
    status = proxy_http_call(
      pointerOf(name),
      lengthOf(name),
      pairsPointer(),
      length,
      pointerOf(body),
      lengthOf(body),
      0,
      0,
      timeoutMs,
      OUT,
    );
  }
  release();
  return status;
}

/** Makes the gateway's Redis client of a cluster, with the settings that stand behind its name. BadArgument: unknown cluster. */
export function initRedis(cluster: Encoded, username: string, password: string, timeoutMs: i32): Status {
  const user = encodeText(username);
  const secret = encodeText(password);
  const status = proxy_redis_init(
    pointerOf(cluster),
    lengthOf(cluster),
    pointerOf(user),
    lengthOf(user),
    pointerOf(secret),
    lengthOf(secret),
    timeoutMs,
  );
  release();
  return status;
}
/** Sends one RESP command. BadArgument: unknown cluster; InternalFailure: no healthy host, or not initialised. */
export function startRedisCall(cluster: string, command: usize, length: usize): Status {
  const name = encodeText(cluster);
  const status = proxy_redis_call(pointerOf(name), lengthOf(name), command, length, OUT);
  release();
  return status;
}
