import type { Clock, Timer } from "./clock.ts";

/** 2026-01-01T00:00:00Z: the start of a minute, an hour and a day, so that windows begin where a test begins. */
export const VIRTUAL_EPOCH_MS = Date.UTC(2026, 0, 1);

/**
 * Turns of the event loop that count as "everything has settled". Each one polls the sockets once; a request on a new
 * loopback connection and its answer take about eight.
 */
const SETTLING_TURNS = 24;

interface PendingTimer {
  due: bigint;
  callback: () => void;
}

/**
 * Time that stands still until a test moves it. Only `advance` fires timers; sockets and promises run on in real time,
 * and `advance` lets them come to rest around each timer. It waits for work in this process: for a server in another
 * process await its answer first.
 */
export class VirtualClock implements Clock {
  #now: bigint;
  /** In the order in which they were set. */
  readonly #timers = new Set<PendingTimer>();
  #work = new Set<Promise<unknown>>();
  #advancing: Promise<void> = Promise.resolve();

  /** Starts at `epochMs`, milliseconds since the Unix epoch. Default: `VIRTUAL_EPOCH_MS`. */
  constructor(epochMs: number = VIRTUAL_EPOCH_MS) {
    this.#now = toNanoseconds(epochMs);
  }

  now(): bigint {
    return this.#now;
  }

  after(ms: number, callback: () => void): Timer {
    const timer: PendingTimer = { due: this.#now + toNanoseconds(Math.max(0, ms)), callback };
    this.#timers.add(timer);
    return { cancel: () => void this.#timers.delete(timer) };
  }

  /**
   * Moves time on by `ms` milliseconds. Timers fire in time order (equal ones in the order they were set), each with
   * `now()` at its own instant, those set on the way included. Rejects with what a timer's callback throws.
   * A second call waits for the first.
   */
  advance(ms: number): Promise<void> {
    if (!(ms >= 0)) throw new RangeError(`A clock advances by 0 ms or more, not by ${ms}.`);
    const turn = this.#advancing.then(() => this.#advance(ms));
    this.#advancing = turn.catch(() => undefined);
    return turn;
  }

  /** Lets pending I/O, promises and tracked work come to rest; time stands still. */
  async settle(): Promise<void> {
    for (let turn = 0; turn < SETTLING_TURNS; turn++) {
      await new Promise((resolve) => setImmediate(resolve));
      if (this.#work.size > 0) {
        await Promise.allSettled(this.#work);
        turn = 0;
      }
    }
  }

  /** Makes `advance` and `settle` wait for `work`, which no turn count bounds: a module that compiles, say. */
  track(work: Promise<unknown>): void {
    const settled = work.catch(() => undefined).finally(() => this.#work.delete(settled));
    this.#work.add(settled);
  }

  async #advance(ms: number): Promise<void> {
    await this.settle();
    const end = this.#now + toNanoseconds(ms);
    for (let timer = this.#takeDue(end); timer !== undefined; timer = this.#takeDue(end)) {
      this.#now = timer.due;
      timer.callback();
      await this.settle();
    }
    this.#now = end;
  }

  #takeDue(end: bigint): PendingTimer | undefined {
    let first: PendingTimer | undefined;
    for (const timer of this.#timers)
      if (timer.due <= end && (first === undefined || timer.due < first.due)) first = timer;
    if (first !== undefined) this.#timers.delete(first);
    return first;
  }
}

function toNanoseconds(ms: number): bigint {
  return BigInt(Math.round(ms * 1e6));
}
