/**
 * What is read and then left alone, per Envoy message. Everything that is neither here nor read is refused by name.
 *
 * `true`: has no effect on what a plugin or a client can see here (statistics names, pools, kernel options).
 * A list: only these values, because they are what this host does anyway.
 */
export const ACCEPTED: Record<string, Record<string, true | readonly unknown[]>> = {
  Bootstrap: { stats_flush_interval: true },
  Admin: { access_log: true, access_log_path: true, profile_path: true },
  SocketAddress: { protocol: ["TCP"], ipv4_compat: true, resolver_name: [""] },
  Listener: { stat_prefix: true, enable_reuse_port: true, reuse_port: true, tcp_backlog_size: true },
  FilterChain: { name: true },
  HttpConnectionManager: {},
  RouteConfiguration: { name: true, validate_clusters: [true] },
  VirtualHost: { require_tls: ["NONE"] },
  RegexMatcher: { google_re2: true },
  RouteAction: { cluster_not_found_response_code: ["SERVICE_UNAVAILABLE"] },
  HttpFilter: { disabled: [false], is_optional: [false] },
  // Without remote code there is no cache that could miss.
  VmConfig: { allow_precompiled: true, nack_on_code_cache_miss: [false], runtime: ["envoy.wasm.runtime.v8"] },
  Router: { dynamic_stats: true, start_child_span: true, suppress_envoy_headers: [false] },
  Cluster: {
    alt_stat_name: true,
    dns_lookup_family: true,
    dns_refresh_rate: true,
    dns_failure_refresh_rate: true,
    respect_dns_ttl: true,
    lb_policy: ["ROUND_ROBIN"],
  },
  ClusterLoadAssignment: { cluster_name: true },
};

/** What to do about a key that is refused, where there is more to say than to remove it. */
export const REMEDIES: Record<string, string> = {
  "AsyncDataSource.remote": "download the module and name it under code.local.filename",
  "Bootstrap.dynamic_resources": "write listeners and clusters under static_resources",
  "Bootstrap.node": "remove it here (plugins then cannot read xds.node.*), or run a real Envoy",
  "Cluster.transport_socket":
    "TLS is not spoken to upstreams; point the cluster at plain HTTP with --cluster",
  "FilterChain.transport_socket": "TLS is not terminated; remove it and use plain HTTP on this machine",
  "HttpConnectionManager.rds": "write the routes inline under route_config",
  "HttpFilter.config_discovery": "write the filter's typed_config inline",
};

export const DEFAULT_REMEDY = "remove it or run a real Envoy";
