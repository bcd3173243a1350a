import { DEFAULT_FORMAT, formatProblem } from "../gateway/access-log.ts";
import type { AccessLogConfig, AccessLogSink, LogShape } from "../gateway/config.ts";
import type { Message } from "./message.ts";
import { peekType, readTyped } from "./typed.ts";
import type { Value } from "./value.ts";

const TYPES = {
  "envoy.extensions.access_loggers.file.v3.FileAccessLog": "FileAccessLog",
  "envoy.extensions.access_loggers.stream.v3.StdoutAccessLog": "StdoutAccessLog",
  "envoy.extensions.access_loggers.stream.v3.StderrAccessLog": "StderrAccessLog",
} as const;

/** `config.accesslog.v3.AccessLog`, of the loggers that write to files and to the standard streams. */
export function readAccessLog(value: Value): AccessLogConfig | undefined {
  return value.message("AccessLog", (message) => {
    message.required("name")?.string();
    const typedConfig = message.required("typed_config");
    if (typedConfig === undefined) return undefined;
    const type = Object.keys(TYPES).find(
      (each): each is keyof typeof TYPES => each === peekType(typedConfig),
    );
    if (type === undefined) {
      return typedConfig.problem(
        `the access logger ${peekType(typedConfig) ?? "without @type"} is not simulated; there are ${Object.keys(TYPES).join(", ")}`,
      );
    }
    return readTyped(typedConfig, type, TYPES[type], (it) => readLogger(it, typedConfig));
  });
}

function readLogger(message: Message, at: Value): AccessLogConfig | undefined {
  const sink: AccessLogSink | undefined =
    message.kind === "StdoutAccessLog"
      ? "stdout"
      : message.kind === "StderrAccessLog"
        ? "stderr"
        : readPath(message);
  const [kind, value] =
    message.oneOf(["format", "json_format", "typed_json_format", "log_format"], true) ?? [];
  const format =
    kind === undefined
      ? { shape: DEFAULT_FORMAT }
      : kind === "log_format"
        ? value!.message("SubstitutionFormatString", readFormat)
        : { shape: value!.plain() as LogShape };
  if (sink === undefined || format === undefined) return undefined;
  const config: AccessLogConfig = { sink, format: format.shape };
  if (format.omitEmptyValues === true) config.omitEmptyValues = true;
  const problem = formatProblem(config.format);
  return problem === undefined ? config : (value ?? at).problem(problem);
}

function readPath(message: Message): AccessLogSink | undefined {
  const path = message.required("path")?.string();
  if (path === "/dev/stdout") return "stdout";
  if (path === "/dev/stderr") return "stderr";
  return path === undefined ? undefined : { path };
}

function readFormat(message: Message): { shape: LogShape; omitEmptyValues?: boolean } | undefined {
  const omit = message.optional("omit_empty_values")?.boolean();
  const [kind, value] = message.oneOf(["text_format", "text_format_source", "json_format"]) ?? [];
  const shape =
    kind === "text_format_source"
      ? value!.message("DataSource", (source) => source.required("inline_string")?.string())
      : kind === "text_format"
        ? value!.string()
        : (value?.plain() as LogShape | undefined);
  return shape === undefined ? undefined : { shape, ...(omit === true && { omitEmptyValues: true }) };
}
