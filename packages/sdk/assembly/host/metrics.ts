import { OUT, clearOut } from "../abi/allocator";
import { Status } from "../abi/enums";
import {
  proxy_define_metric,
  proxy_get_metric,
  proxy_increment_metric,
  proxy_record_metric,
} from "../abi/imports-state";
import { encodeText, lengthOf, pointerOf, release } from "../abi/text";

export const enum MetricKind {
  Counter = 0,
  Gauge = 1,
  Histogram = 2,
}
/** The metric's number. Each call makes a new one for the same metric: keep it. */
export function defineMetric(kind: MetricKind, name: string): u32 {
  const text = encodeText(name);
  clearOut();
  proxy_define_metric(kind, pointerOf(text), lengthOf(text), OUT);
  release();
  return load<u32>(OUT);
}
export function incrementMetric(metric: u32, by: i64): void {
  proxy_increment_metric(metric, by);
}
export function recordMetric(metric: u32, value: u64): void {
  proxy_record_metric(metric, value);
}
/** 0 when the metric is unknown. */
export function getMetric(metric: u32): i64 {
  clearOut();
  return proxy_get_metric(metric, OUT) == Status.Ok ? load<i64>(OUT) : 0;
}
