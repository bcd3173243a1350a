import type { ConnectionManagerConfig } from "../gateway/config.ts";
import { readAccessLog } from "./access-log.ts";
import type { Message } from "./message.ts";

/** The settings of an `HttpConnectionManager` besides its routes and filters. */
export function readManagerSettings(message: Message): ConnectionManagerConfig {
  const settings: ConnectionManagerConfig = { enableTrailers: false };
  const set = <K extends keyof ConnectionManagerConfig>(key: K, value: ConnectionManagerConfig[K]): void => {
    if (value !== undefined) settings[key] = value;
  };
  set("statPrefix", message.optional("stat_prefix")?.string());
  set("maxRequestHeadersKb", message.optional("max_request_headers_kb")?.integer(1, 8192));
  set("delayedCloseTimeoutMs", message.optional("delayed_close_timeout")?.duration());
  set("streamIdleTimeoutMs", message.optional("stream_idle_timeout")?.duration());
  set("requestTimeoutMs", message.optional("request_timeout")?.duration());
  message.optional("common_http_protocol_options")?.message("HttpProtocolOptions", (options) => {
    set("maxHeadersCount", options.optional("max_headers_count")?.integer(1, 65_535));
    set("maxStreamDurationMs", options.optional("max_stream_duration")?.duration());
  });
  message.optional("http_protocol_options")?.message("Http1ProtocolOptions", (options) => {
    set("enableTrailers", options.optional("enable_trailers")?.boolean());
  });
  const logs = message
    .optional("access_log")
    ?.list()
    ?.flatMap((log) => readAccessLog(log) ?? []);
  set("accessLogs", logs);
  return settings;
}
