import type { Clock, Timer } from "../../services/clock.ts";

/** Milliseconds; 0 is none. */
export interface ConnectionTimes {
  /** Without a request. */
  idleMs: number;
  /** Beyond that, for a connection that has had one. */
  drainMs: number;
  /** From the first byte of a request to the end of its head. */
  headMs: number;
}

/** The timers of a client's connection between and before requests. */
export class ConnectionTimers {
  readonly #clock: Clock;
  readonly #times: ConnectionTimes;
  readonly #onIdle: () => void;
  readonly #onSlowHead: () => void;
  #idle: Timer | undefined;
  #head: Timer | undefined;

  constructor(clock: Clock, times: ConnectionTimes, onIdle: () => void, onSlowHead: () => void) {
    this.#clock = clock;
    this.#times = times;
    this.#onIdle = onIdle;
    this.#onSlowHead = onSlowHead;
  }

  /** No request is under way. */
  idle(hadRequests: boolean): void {
    const { idleMs, drainMs } = this.#times;
    this.#idle?.cancel();
    if (idleMs > 0) this.#idle = this.#clock.after(idleMs + (hadRequests ? drainMs : 0), this.#onIdle);
  }

  /** A request's head has begun, and is whole or not. */
  head(isWhole: boolean): void {
    if (isWhole) {
      this.#head?.cancel();
      this.#head = undefined;
    } else if (this.#head === undefined && this.#times.headMs > 0) {
      this.#head = this.#clock.after(this.#times.headMs, this.#onSlowHead);
    }
  }

  busy(): void {
    this.#idle?.cancel();
    this.head(true);
  }
}
