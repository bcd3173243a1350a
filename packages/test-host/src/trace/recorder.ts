import type { AccessRecord } from "../gateway/observe.ts";
import type { Clock } from "../services/clock.ts";
import type { Header } from "../services/upstream/upstream.ts";
import { headerValue } from "./effects.ts";
import { Entry } from "./entry.ts";
import { PendingCalls, type CallEffect } from "./pending-calls.ts";
import type { CallbackStep, MessageSide, RequestTrace, TraceEffect, TraceStep } from "./trace.ts";

export interface TraceOptions {
  /** How many finished requests are kept. Default 100. */
  keep?: number;
  /** Told of every request when it is over. */
  onTrace?(trace: RequestTrace): void;
}

type Unplaced<T> = T extends unknown ? Omit<T, "atMs"> : never;

/** What the recorder needs to know of a VM and of a context. */
interface Speaker {
  context: { streamId?: number; plugin: { name: string } } | undefined;
}

interface Running {
  trace: RequestTrace;
  /** Since when a plugin holds a side of it: `plugin side`. */
  heldSince: Map<string, number>;
}

const BACKGROUND_STEPS = 1000;

/** Writes down what happens to requests. The engine tells it; nothing depends on it. */
export class TraceRecorder {
  /** Requests that are over, oldest first, and those under way. */
  readonly #finished: RequestTrace[] = [];
  readonly #running = new Map<number, Running>();
  /** What plugins did outside of any request: configuration, ticks, queues. The newest 1,000 steps with effects, at times since the epoch. */
  readonly background: TraceStep[] = [];
  readonly calls: PendingCalls;
  readonly #clock: Clock;
  readonly #options: TraceOptions;
  readonly #stack: Entry[] = [];

  constructor(clock: Clock, options: TraceOptions) {
    this.#clock = clock;
    this.#options = options;
    this.calls = new PendingCalls(() => this.nowMs());
  }

  get traces(): RequestTrace[] {
    return [...this.#finished, ...[...this.#running.values()].map(({ trace }) => trace)];
  }

  trace(id: number): RequestTrace | undefined {
    return this.#running.get(id)?.trace ?? this.#finished.find((each) => each.id === id);
  }

  nowMs(): number {
    return Number(this.#clock.now() / 1000n) / 1000;
  }

  begin(id: number, listener: string, headers: readonly Header[]): void {
    const head = {
      method: headerValue(headers, ":method"),
      path: headerValue(headers, ":path"),
      authority: headerValue(headers, ":authority"),
    };
    const trace = { id, listener, ...head, startedAtMs: this.nowMs(), steps: [] };
    this.#running.set(id, { trace, heldSince: new Map() });
  }

  end(record: AccessRecord): void {
    const trace = this.#running.get(record.streamId)?.trace;
    if (trace === undefined) return;
    this.#running.delete(trace.id);
    const { status, details, flags, durationMs } = record;
    trace.end = { status, details, flags, durationMs };
    this.#finished.push(trace);
    if (this.#finished.length > (this.#options.keep ?? 100)) this.#finished.shift();
    this.#options.onTrace?.(trace);
  }

  step(streamId: number, step: Unplaced<TraceStep>): void {
    const trace = this.#running.get(streamId)?.trace;
    if (trace !== undefined) trace.steps.push(this.#timed(step, trace.startedAtMs));
  }

  /** The gateway calls a plugin. `streamId`: the request that the callback is about, if it is about one. */
  enter(plugin: string, callback: string, args: number[], streamId: number | undefined): Entry {
    const entry = new Entry(plugin, callback, args, streamId, (id, step) => this.#place(id, step));
    this.#stack.push(entry);
    return entry;
  }

  leave(entry: Entry, returned: number | undefined, trapped: string | undefined): void {
    this.#stack.pop();
    entry.finish(returned, trapped);
  }

  /** The plugin does something: told of the request whose context is in effect now. */
  effect(speaker: Speaker, effect: TraceEffect): void {
    this.#stack.at(-1)?.add(speaker.context?.streamId, effect);
  }

  /** The plugin calls a service or Redis; the answer finds it by the token. */
  call(speaker: Speaker, token: number, effect: CallEffect): void {
    this.effect(speaker, effect);
    const streamId = speaker.context?.streamId ?? this.#stack.at(-1)?.streamId;
    if (effect.result === 0) this.calls.sent(speaker, token, effect, streamId);
  }

  /** A map or body is about to change: what it is then, and when the callback is over, makes the difference. */
  changing(speaker: Speaker, name: string, subject: Parameters<Entry["watch"]>[2]): void {
    this.#stack.at(-1)?.watch(speaker.context?.streamId, name, subject);
  }

  /** A header, body or trailer callback has returned: the message is held now, or it goes on. */
  decided(streamId: number, plugin: string, side: MessageSide, holds: boolean): void {
    const running = this.#running.get(streamId);
    if (running === undefined) return;
    const key = `${plugin} ${side}`;
    const since = running.heldSince.get(key);
    if (holds) {
      const last = running.trace.steps.findLast((step) => step.kind === "callback");
      if (last !== undefined) last.holds = side;
      if (since === undefined) running.heldSince.set(key, this.nowMs());
      return;
    }
    if (since === undefined) return;
    running.heldSince.delete(key);
    this.step(streamId, { kind: "resumed", plugin, side, heldMs: this.nowMs() - since });
  }

  #place(streamId: number | undefined, step: CallbackStep): void {
    if (streamId !== undefined) return this.step(streamId, step);
    this.background.push(this.#timed(step, 0));
    if (this.background.length > BACKGROUND_STEPS) this.background.shift();
  }

  /** The same object: a callback's step grows until the callback returns. */
  #timed(step: Unplaced<TraceStep>, sinceMs: number): TraceStep {
    return Object.assign(step, { atMs: this.nowMs() - sinceMs }) as TraceStep;
  }
}
