// Source: proxy-wasm spec, abi-versions/v0.2.1.

// @ts-ignore: decorator
@external("env", "proxy_grpc_call") export declare function proxy_grpc_call(
  cluster: usize,
  clusterLength: usize,
  service: usize,
  serviceLength: usize,
  method: usize,
  methodLength: usize,
  metadata: usize,
  metadataLength: usize,
  message: usize,
  messageLength: usize,
  timeoutMs: i32,
  token: usize,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_grpc_stream") export declare function proxy_grpc_stream(
  cluster: usize,
  clusterLength: usize,
  service: usize,
  serviceLength: usize,
  method: usize,
  methodLength: usize,
  metadata: usize,
  metadataLength: usize,
  token: usize,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_grpc_send") export declare function proxy_grpc_send(
  token: u32,
  message: usize,
  messageLength: usize,
  endOfStream: i32,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_grpc_close") export declare function proxy_grpc_close(token: u32): i32;
// @ts-ignore: decorator
@external("env", "proxy_grpc_cancel") export declare function proxy_grpc_cancel(token: u32): i32;
