import { nowNanoseconds } from "../host/time";

/** The gateway's wall clock. */
export namespace clock {
  /** Nanoseconds since the Unix epoch. */
  export function nowNs(): i64 {
    return nowNanoseconds();
  }
  /** Milliseconds since the Unix epoch. */
  export function nowMs(): i64 {
    return nowNanoseconds() / 1_000_000;
  }
  /** Seconds since the Unix epoch. */
  export function nowSeconds(): i64 {
    return nowNanoseconds() / 1_000_000_000;
  }
}
