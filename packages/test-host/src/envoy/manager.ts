import type { ConnectionManagerConfig } from "../gateway/config.ts";
import { readAccessLog } from "./access-log.ts";
import type { Message } from "./message.ts";
import type { Value } from "./value.ts";

/** The settings of an `HttpConnectionManager` besides its routes and filters. */
export function readManagerSettings(message: Message): ConnectionManagerConfig {
  const settings: ConnectionManagerConfig = { enableTrailers: false };
  const set = <K extends keyof ConnectionManagerConfig>(key: K, value: ConnectionManagerConfig[K]): void => {
    if (value !== undefined) settings[key] = value;
  };
  const codec = message.optional("codec_type")?.oneOf(["AUTO", "HTTP1"] as const, "use AUTO or HTTP1");
  if (codec === "HTTP1") set("http1Only", true);
  set("statPrefix", message.optional("stat_prefix")?.string());
  set("maxRequestHeadersKb", message.optional("max_request_headers_kb")?.integer(1, 8192));
  set("delayedCloseTimeoutMs", message.optional("delayed_close_timeout")?.duration());
  set("streamIdleTimeoutMs", message.optional("stream_idle_timeout")?.duration());
  set("requestTimeoutMs", message.optional("request_timeout")?.duration());
  set("requestHeadersTimeoutMs", message.optional("request_headers_timeout")?.duration());
  set("drainTimeoutMs", message.optional("drain_timeout")?.duration());
  set("serverName", message.optional("server_name")?.string());
  const words = Object.keys(SERVER_HEADERS) as (keyof typeof SERVER_HEADERS)[];
  const server = message.optional("server_header_transformation")?.oneOf(words, `use ${words.join(", ")}`);
  set("serverHeader", server && SERVER_HEADERS[server]);
  set("via", message.optional("via")?.string());
  set("useRemoteAddress", message.optional("use_remote_address")?.boolean());
  set("xffTrustedHops", message.optional("xff_num_trusted_hops")?.integer(0, 1000));
  set("skipXffAppend", message.optional("skip_xff_append")?.boolean());
  set("generateRequestId", message.optional("generate_request_id")?.boolean());
  set("preserveExternalRequestId", message.optional("preserve_external_request_id")?.boolean());
  set("requestIdInResponse", message.optional("always_set_request_id_in_response")?.boolean());
  set("normalizePath", message.optional("normalize_path")?.boolean());
  set("mergeSlashes", message.optional("merge_slashes")?.boolean());
  const upgrades = message
    .optional("upgrade_configs")
    ?.list()
    ?.flatMap((one) => readUpgrade(one) ?? []);
  set("upgrades", upgrades);
  message.optional("common_http_protocol_options")?.message("HttpProtocolOptions", (options) => {
    set("maxHeadersCount", options.optional("max_headers_count")?.integer(1, 65_535));
    set("idleTimeoutMs", options.optional("idle_timeout")?.duration());
    set("maxRequestsPerConnection", options.optional("max_requests_per_connection")?.integer(0, 2 ** 32 - 1));
    set("maxStreamDurationMs", options.optional("max_stream_duration")?.duration());
  });
  message.optional("http_protocol_options")?.message("Http1ProtocolOptions", (options) => {
    set("enableTrailers", options.optional("enable_trailers")?.boolean());
    const isAccepted = options.optional("accept_http_10")?.boolean() === true;
    const defaultHost = options.optional("default_host_for_http_10")?.string() ?? "";
    if (isAccepted) set("http10", { defaultHost });
  });
  const logs = message
    .optional("access_log")
    ?.list()
    ?.flatMap((log) => readAccessLog(log) ?? []);
  set("accessLogs", logs);
  return settings;
}

const SERVER_HEADERS = {
  OVERWRITE: "overwrite",
  APPEND_IF_ABSENT: "append-if-absent",
  PASS_THROUGH: "pass-through",
} as const;

/** A protocol that clients may change to; undefined for one that is switched off, or refused. */
function readUpgrade(value: Value): string | undefined {
  return value.message("UpgradeConfig", (message) => {
    const at = message.required("upgrade_type");
    const type = at?.string()?.toLowerCase();
    const isEnabled = message.optional("enabled")?.boolean() ?? true;
    if (type === "connect") return at!.problem("CONNECT is not simulated; remove it or run a real Envoy");
    return isEnabled ? type : undefined;
  });
}
