import { proxy_set_tick_period_milliseconds } from "../abi/imports-state";

/** Of the root context that is running; 0 stops. */
export function setTickPeriod(ms: u32): void {
  proxy_set_tick_period_milliseconds(ms);
}
