import {
  formatTrace,
  guestMs,
  type Fault,
  type LogLevel,
  type LogLine,
  type RequestTrace,
} from "@gateway-plugins/test-host/live";
import { paint, print } from "../terminal.ts";

export interface ReportOptions {
  /** Every phase of every request, in place of a line. Default false. */
  trace?: boolean;
  /** Default `info`. */
  logLevel?: LogLevel;
}

/**
 * What a serving gateway prints: one line per request, the plugins' log lines, and what a real gateway would not survive.
 * What a plugin logs while it is tried out in a throw-away VM is the same again: only `debug` and `trace` show it.
 */
export function report({ trace = false, logLevel = "info" }: ReportOptions = {}) {
  const all = logLevel === "debug" || logLevel === "trace";
  const dye = {
    bold: (text: string) => paint("bold", text),
    dim: (text: string) => paint("dim", text),
    red: (text: string) => paint("red", text),
  };
  return {
    trace: {
      onTrace: (request: RequestTrace) => print(trace ? formatTrace(request, dye) : requestLine(request)),
    },
    onLog(line: LogLine): void {
      if (all || line.thread === "worker") print(paint("dim", `[${line.level}] ${line.line}`));
    },
    onFault(fault: Fault): void {
      print(`${paint("red", `fault[${fault.code}]`)} ${fault.plugin}: ${fault.message}`);
    },
  };
}

/** `GET /orders 200  3 ms, plugins 0.21 ms  cluster upstream`; what is not as usual follows: details, flags. */
function requestLine(request: RequestTrace): string {
  const { status = 0, details = "", flags = "-", durationMs = 0 } = request.end ?? {};
  const dyed = paint(status >= 400 || status === 0 ? "red" : "green", String(status));
  const upstream = request.steps.findLast((step) => step.kind === "upstream-request");
  const where =
    details === "via_upstream" && upstream !== undefined ? `cluster ${upstream.cluster}` : details;
  const inPlugins = request.steps.some((step) => step.kind === "callback")
    ? `, plugins ${guestMs(request).toFixed(2)} ms`
    : "";
  const more = [where, flags === "-" ? "" : flags].filter(Boolean).join("  ");
  return `${request.method} ${request.path} ${dyed}  ${Math.round(durationMs)} ms${inPlugins}  ${more}`;
}
