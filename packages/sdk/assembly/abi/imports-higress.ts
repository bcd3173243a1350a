// Host functions that only Higress has: a module that imports one loads nowhere else. Source: Higress's proxy-wasm-cpp-host.

// @ts-ignore: decorator
@external("env", "proxy_inject_encoded_data_to_filter_chain") export declare function proxy_inject_encoded_data_to_filter_chain(
  body: usize,
  length: usize,
  endOfStream: u32,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_get_upstream_hosts") export declare function proxy_get_upstream_hosts(
  hosts: usize,
  length: usize,
): i32;
// @ts-ignore: decorator
@external("env", "proxy_set_upstream_override_host") export declare function proxy_set_upstream_override_host(
  address: usize,
  length: usize,
): i32;
