// The host functions, module `env`. Every one returns a Status. Unused declarations are not imported, so a plugin
// imports exactly what it calls. Source: proxy-wasm spec, abi-versions/v0.2.1; Redis: Higress's proxy-wasm-cpp-host.

// @ts-ignore: decorator
@external("env", "proxy_log") export declare function proxy_log(
  level: i32,
  message: usize,
  length: usize,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_get_log_level") export declare function proxy_get_log_level(level: usize): i32;
// @ts-ignore: decorator
@external("env", "proxy_get_current_time_nanoseconds") export declare function proxy_get_current_time_nanoseconds(
  time: usize,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_get_header_map_value") export declare function proxy_get_header_map_value(
  map: i32,
  name: usize,
  nameLength: usize,
  value: usize,
  valueLength: usize,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_add_header_map_value") export declare function proxy_add_header_map_value(
  map: i32,
  name: usize,
  nameLength: usize,
  value: usize,
  valueLength: usize,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_replace_header_map_value") export declare function proxy_replace_header_map_value(
  map: i32,
  name: usize,
  nameLength: usize,
  value: usize,
  valueLength: usize,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_remove_header_map_value") export declare function proxy_remove_header_map_value(
  map: i32,
  name: usize,
  nameLength: usize,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_get_header_map_pairs") export declare function proxy_get_header_map_pairs(
  map: i32,
  pairs: usize,
  length: usize,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_set_header_map_pairs") export declare function proxy_set_header_map_pairs(
  map: i32,
  pairs: usize,
  length: usize,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_get_buffer_bytes") export declare function proxy_get_buffer_bytes(
  buffer: i32,
  start: i32,
  max: i32,
  bytes: usize,
  length: usize,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_set_buffer_bytes") export declare function proxy_set_buffer_bytes(
  buffer: i32,
  start: i32,
  size: i32,
  bytes: usize,
  length: usize,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_send_local_response") export declare function proxy_send_local_response(
  status: i32,
  details: usize,
  detailsLength: usize,
  body: usize,
  bodyLength: usize,
  headers: usize,
  headersLength: usize,
  grpcStatus: i32,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_continue_stream") export declare function proxy_continue_stream(stream: i32): i32;
// @ts-ignore: decorator
@external("env", "proxy_set_effective_context") export declare function proxy_set_effective_context(
  context: u32,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_get_property") export declare function proxy_get_property(
  path: usize,
  pathLength: usize,
  value: usize,
  valueLength: usize,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_set_property") export declare function proxy_set_property(
  path: usize,
  pathLength: usize,
  value: usize,
  valueLength: usize,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_http_call") export declare function proxy_http_call(
  cluster: usize,
  clusterLength: usize,
  headers: usize,
  headersLength: usize,
  body: usize,
  bodyLength: usize,
  trailers: usize,
  trailersLength: usize,
  timeoutMs: i32,
  token: usize,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_redis_init") export declare function proxy_redis_init(
  cluster: usize,
  clusterLength: usize,
  username: usize,
  usernameLength: usize,
  password: usize,
  passwordLength: usize,
  timeoutMs: i32,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_redis_call") export declare function proxy_redis_call(
  cluster: usize,
  clusterLength: usize,
  query: usize,
  queryLength: usize,
  token: usize,
): i32;
