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
