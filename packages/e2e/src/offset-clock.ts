import { RealClock, type Clock, type Timer } from "@gateway-plugins/test-host";

const MINUTE_NS = 60_000_000_000n;

/** Real time, moved so that it begins at the start of a minute and can be set forward by hand. Timers stay real. */
export class OffsetClock implements Clock {
  readonly #real = new RealClock();
  #offset = -(this.#real.now() % MINUTE_NS);

  now(): bigint {
    return this.#real.now() + this.#offset;
  }

  after(ms: number, callback: () => void): Timer {
    return this.#real.after(ms, callback);
  }

  /** Goes to the start of the next minute. */
  nextMinute(): void {
    this.#offset += MINUTE_NS - (this.now() % MINUTE_NS);
  }
}
