// Host functions for what outlives a request. Source: proxy-wasm spec, abi-versions/v0.2.1.

// @ts-ignore: decorator
@external("env", "proxy_set_tick_period_milliseconds") export declare function proxy_set_tick_period_milliseconds(
  period: u32,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_get_shared_data") export declare function proxy_get_shared_data(
  key: usize,
  keyLength: usize,
  value: usize,
  valueLength: usize,
  version: usize,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_set_shared_data") export declare function proxy_set_shared_data(
  key: usize,
  keyLength: usize,
  value: usize,
  valueLength: usize,
  version: u32,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_register_shared_queue") export declare function proxy_register_shared_queue(
  name: usize,
  nameLength: usize,
  queue: usize,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_resolve_shared_queue") export declare function proxy_resolve_shared_queue(
  vm: usize,
  vmLength: usize,
  name: usize,
  nameLength: usize,
  queue: usize,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_enqueue_shared_queue") export declare function proxy_enqueue_shared_queue(
  queue: u32,
  value: usize,
  length: usize,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_dequeue_shared_queue") export declare function proxy_dequeue_shared_queue(
  queue: u32,
  value: usize,
  length: usize,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_define_metric") export declare function proxy_define_metric(
  kind: i32,
  name: usize,
  length: usize,
  metric: usize,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_increment_metric") export declare function proxy_increment_metric(
  metric: u32,
  by: i64,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_record_metric") export declare function proxy_record_metric(
  metric: u32,
  value: u64,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_get_metric") export declare function proxy_get_metric(metric: u32, value: usize): i32;
// @ts-ignore: decorator
@external("env", "proxy_call_foreign_function") export declare function proxy_call_foreign_function(
  name: usize,
  nameLength: usize,
  data: usize,
  dataLength: usize,
  result: usize,
  resultLength: usize,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_get_status") export declare function proxy_get_status(
  code: usize,
  message: usize,
  length: usize,
): i32;
