/** Host functions that a real gateway links and this host does not have yet: modules that import them are refused by name. */
export const NOT_SIMULATED = {
  envoy: ["envoy_resolve_dns"],
  higress: [
    "proxy_inject_encoded_data_to_filter_chain",
    "proxy_get_upstream_hosts",
    "proxy_set_upstream_override_host",
  ],
} as const;
