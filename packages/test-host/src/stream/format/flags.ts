/** What `%RESPONSE_FLAGS_LONG%` says for each of `%RESPONSE_FLAGS%`. Source: Envoy, source/common/stream_info/utility.h. */
export const LONG_FLAGS: Readonly<Record<string, string>> = {
  DC: "DownstreamConnectionTermination",
  DPE: "DownstreamProtocolError",
  DT: "DurationTimeout",
  LR: "LocalReset",
  NC: "NoClusterFound",
  NR: "NoRouteFound",
  SI: "StreamIdleTimeout",
  UC: "UpstreamConnectionTermination",
  UF: "UpstreamConnectionFailure",
  UH: "NoHealthyUpstream",
  UO: "UpstreamOverflow",
  UPE: "UpstreamProtocolError",
  UR: "UpstreamRemoteReset",
  URX: "UpstreamRetryLimitExceeded",
  UT: "UpstreamRequestTimeout",
};
