import type { Clock, Timer } from "./clock.ts";

/** The longest delay `setTimeout` accepts; it fires at once for anything longer. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;
const LARGEST_DRIFT_NS = 2_000_000n;

/** The machine's time. Wall-clock, with nanosecond steps between the milliseconds that `Date.now()` tells apart. */
export class RealClock implements Clock {
  #offset = wallClock() - process.hrtime.bigint();

  now(): bigint {
    const monotonic = process.hrtime.bigint();
    const wall = wallClock();
    const drift = monotonic + this.#offset - wall;
    // Somebody set the clock, or the machine slept: the wall clock is right.
    if (drift > LARGEST_DRIFT_NS || drift < -LARGEST_DRIFT_NS) this.#offset = wall - monotonic;
    return monotonic + this.#offset;
  }

  after(ms: number, callback: () => void): Timer {
    let remaining = Math.max(0, ms);
    let timeout: NodeJS.Timeout;
    const arm = (): void => {
      const delay = Math.min(remaining, LONGEST_DELAY_MS);
      remaining -= delay;
      timeout = setTimeout(remaining > 0 ? arm : callback, delay);
    };
    arm();
    return { cancel: () => clearTimeout(timeout) };
  }
}

function wallClock(): bigint {
  return BigInt(Date.now()) * 1_000_000n;
}
