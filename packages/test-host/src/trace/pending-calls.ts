import type { Header } from "../services/upstream/upstream.ts";
import { headerValue } from "./effects.ts";
import type { GrpcCallEffect, HttpCallEffect, RedisCallEffect } from "./trace.ts";

export type CallEffect = HttpCallEffect | RedisCallEffect | GrpcCallEffect;

interface Pending {
  effect: CallEffect;
  sentAtMs: number;
  streamId: number | undefined;
}

/** The answers that a callback of a root context brings. */
export interface Answer {
  httpCall?: { headers: Header[]; body: Uint8Array };
  redisReply?: Uint8Array;
}

const ANSWERS = new Set([
  "proxy_on_http_call_response",
  "proxy_on_redis_call_response",
  "proxy_on_grpc_receive",
  "proxy_on_grpc_close",
]);

/** Calls that plugins have sent, until they are answered: which request an answer belongs to, and how long it took. */
export class PendingCalls {
  readonly #byVm = new WeakMap<object, Map<number, Pending>>();
  readonly #nowMs: () => number;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  sent(vm: object, token: number, effect: CallEffect, streamId: number | undefined): void {
    let calls = this.#byVm.get(vm);
    if (calls === undefined) this.#byVm.set(vm, (calls = new Map()));
    calls.set(token, { effect, sentAtMs: this.#nowMs(), streamId });
  }

  /** Completes the call that a callback is the answer of. Answers the request that the call was sent for. */
  answered(vm: object, callback: string, args: readonly number[], answer: Answer): number | undefined {
    if (!ANSWERS.has(callback)) return undefined;
    const token = args[1] ?? 0;
    const call = this.#byVm.get(vm)?.get(token);
    if (call === undefined) return undefined;
    const durationMs = this.#nowMs() - call.sentAtMs;
    const { effect } = call;
    if (effect.kind === "http-call") {
      const status = Number(headerValue(answer.httpCall?.headers ?? [], ":status"));
      effect.answer = { status, bytes: answer.httpCall?.body.length ?? 0, durationMs };
    } else if (effect.kind === "redis-call") {
      const reply = answer.redisReply;
      effect.answer = {
        reply: reply === undefined ? null : Buffer.from(reply).toString("latin1"),
        durationMs,
      };
    } else {
      answerGrpc(effect, callback === "proxy_on_grpc_close" ? (args[2] ?? 0) : undefined, durationMs);
      if (effect.answer?.status === undefined) return call.streamId;
    }
    this.#byVm.get(vm)?.delete(token);
    return call.streamId;
  }
}

/** A call is over with its message, a stream with its close. */
function answerGrpc(effect: GrpcCallEffect, closedWith: number | undefined, durationMs: number): void {
  const messages = (effect.answer?.messages ?? 0) + (closedWith === undefined ? 1 : 0);
  const status = closedWith ?? (effect.isStream ? undefined : 0);
  effect.answer = { ...(status !== undefined && { status }), messages, durationMs };
}
