import type { Header } from "../services/upstream/upstream.ts";
import { Status } from "../vm/status.ts";
import { bodyView, headerChanges } from "./changes.ts";
import { returnedStatus } from "./status-words.ts";
import type { BodyView, CallbackStep, TraceEffect } from "./trace.ts";

/** What can be compared before and after a callback. */
export type Subject =
  { entries(): Header[] } | { side: "request" | "response"; body: { bytes(): Uint8Array } };

type Place = (streamId: number | undefined, step: CallbackStep) => void;

/**
 * One call of the gateway into a plugin, while it lasts. A callback that serves several requests (a tick that resumes
 * them, the answer of a callout) leaves a step in each that it does something for.
 */
export class Entry {
  readonly streamId: number | undefined;
  readonly #startedAt = performance.now();
  readonly #plugin: string;
  readonly #callback: string;
  readonly #args: number[];
  readonly #place: Place;
  readonly #steps = new Map<number | undefined, CallbackStep>();
  readonly #watched = new Map<string, () => void>();

  constructor(plugin: string, callback: string, args: number[], streamId: number | undefined, place: Place) {
    this.#plugin = plugin;
    this.#callback = callback;
    this.#args = args;
    this.streamId = streamId;
    this.#place = place;
    if (streamId !== undefined) this.#step(streamId);
  }

  add(streamId: number | undefined, effect: TraceEffect): void {
    this.#step(streamId ?? this.streamId).effects.push(effect);
  }

  watch(streamId: number | undefined, name: string, subject: Subject): void {
    const key = `${streamId} ${name}`;
    if (this.#watched.has(key)) return;
    if ("entries" in subject) {
      const effect = { kind: "headers" as const, map: name, changes: headerChanges([], []) };
      const before = subject.entries();
      this.#watched.set(key, () => (effect.changes = headerChanges(before, subject.entries())));
      this.add(streamId, effect);
    } else {
      const before: BodyView = bodyView(subject.body.bytes());
      const effect = { kind: "body" as const, side: subject.side, before, after: before };
      this.#watched.set(key, () => (effect.after = bodyView(subject.body.bytes())));
      this.add(streamId, effect);
    }
  }

  finish(returned: number | undefined, trapped: string | undefined): void {
    const guestMs = performance.now() - this.#startedAt;
    for (const compare of this.#watched.values()) compare();
    for (const [streamId, step] of this.#steps) {
      step.guestMs = guestMs;
      if (returned !== undefined) {
        step.returned = returned;
        const status = returnedStatus(this.#callback, returned);
        if (status !== undefined) step.status = status;
      }
      if (trapped !== undefined) step.trapped = trapped;
      if (streamId === undefined) this.#place(undefined, step);
    }
    if (trapped !== undefined && this.#steps.size === 0) {
      this.#place(undefined, { ...this.#new(), guestMs, trapped });
    }
  }

  #step(streamId: number | undefined): CallbackStep {
    let step = this.#steps.get(streamId);
    if (step === undefined) {
      step = this.#new();
      this.#steps.set(streamId, step);
      if (streamId !== undefined) this.#place(streamId, step);
    }
    return step;
  }

  #new(): CallbackStep {
    const { callback, args } = { callback: this.#callback, args: this.#args };
    return { kind: "callback", plugin: this.#plugin, callback, args, guestMs: 0, effects: [] };
  }
}

const RESULT_NAMES = new Map<number, string>(Object.entries(Status).map(([name, value]) => [value, name]));

/** The effect for a host function's result, when there is something to tell. */
export function refusal(name: string, result: number | void): TraceEffect | undefined {
  if (result === undefined || result === Status.Ok) return undefined;
  if (result === Status.NotFound && name.startsWith("proxy_get_")) return undefined;
  return { kind: "refused", function: name, result, name: RESULT_NAMES.get(result) ?? "unknown" };
}
