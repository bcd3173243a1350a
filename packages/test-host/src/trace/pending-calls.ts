import type { Header } from "../services/upstream/upstream.ts";
import { headerValue } from "./effects.ts";
import type { HttpCallEffect, RedisCallEffect } from "./trace.ts";

interface Pending {
  effect: HttpCallEffect | RedisCallEffect;
  sentAtMs: number;
  streamId: number | undefined;
}

/** The answers that a callback of a root context brings. */
export interface Answer {
  httpCall?: { headers: Header[]; body: Uint8Array };
  redisReply?: Uint8Array;
}

/** Calls that plugins have sent, until they are answered: which request an answer belongs to, and how long it took. */
export class PendingCalls {
  readonly #byVm = new WeakMap<object, Map<number, Pending>>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  sent(vm: object, token: number, effect: Pending["effect"], streamId: number | undefined): void {
    let calls = this.#byVm.get(vm);
    if (calls === undefined) this.#byVm.set(vm, (calls = new Map()));
    calls.set(token, { effect, sentAtMs: this.#nowMs(), streamId });
  }

  /** Completes the call that a callback is the answer of. Answers the request that the call was sent for. */
  answered(vm: object, callback: string, args: readonly number[], answer: Answer): number | undefined {
    if (callback !== "proxy_on_http_call_response" && callback !== "proxy_on_redis_call_response") {
      return undefined;
    }
    const token = args[1] ?? 0;
    const call = this.#byVm.get(vm)?.get(token);
    if (call === undefined) return undefined;
    this.#byVm.get(vm)?.delete(token);
    const durationMs = this.#nowMs() - call.sentAtMs;
    if (call.effect.kind === "http-call") {
      const status = Number(headerValue(answer.httpCall?.headers ?? [], ":status"));
      call.effect.answer = { status, bytes: answer.httpCall?.body.length ?? 0, durationMs };
    } else {
      const reply = answer.redisReply;
      call.effect.answer = {
        reply: reply === undefined ? null : Buffer.from(reply).toString("latin1"),
        durationMs,
      };
    }
    return call.streamId;
  }
}
