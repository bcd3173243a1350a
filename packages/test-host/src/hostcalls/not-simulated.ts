/** Host functions that a real gateway links and this host does not have yet: modules that import them are refused by name. */
export const NOT_SIMULATED = {
  everywhere: [
    "proxy_grpc_call",
    "proxy_grpc_stream",
    "proxy_grpc_send",
    "proxy_grpc_cancel",
    "proxy_grpc_close",
  ],
  envoy: ["envoy_resolve_dns"],
  higress: [
    "proxy_inject_encoded_data_to_filter_chain",
    "proxy_get_upstream_hosts",
    "proxy_set_upstream_override_host",
  ],
} as const;
