import { OUT } from "../abi/allocator";
import { proxy_get_current_time_nanoseconds } from "../abi/imports";

/** Wall-clock time, nanoseconds since the Unix epoch. */
export function nowNanoseconds(): i64 {
  store<u64>(OUT, 0);
  proxy_get_current_time_nanoseconds(OUT);
  return load<i64>(OUT);
}
