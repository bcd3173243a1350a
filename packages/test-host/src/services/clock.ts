/** A timer that has not fired yet. */
export interface Timer {
  cancel(): void;
}

/**
 * The only source of time in the host: ticks, callout timeouts, Redis expiry and the guest's clocks all ask here.
 * Two implementations: real time, and virtual time that a test advances.
 */
export interface Clock {
  /** Wall-clock time in nanoseconds since the Unix epoch. */
  now(): bigint;
  /** Runs `callback` once, `ms` milliseconds from now (0 means as soon as possible, never synchronously). */
  after(ms: number, callback: () => void): Timer;
}
