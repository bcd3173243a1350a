import type { AccessRecord, Fault, LogLevel, LogLine } from "@gateway-plugins/test-host/live";
import { paint, print } from "../terminal.ts";

/**
 * What a serving gateway prints: one line per request, the plugins' log lines, and what a real gateway would not survive.
 * What a plugin logs while it is tried out in a throw-away VM is the same again: only `debug` and `trace` show it.
 */
export function report(logLevel: LogLevel = "info") {
  const all = logLevel === "debug" || logLevel === "trace";
  return {
    onAccess(record: AccessRecord): void {
      const where = record.details === "via_upstream" ? `cluster ${record.cluster}` : record.details;
      const status = paint(
        record.status >= 400 || record.status === 0 ? "red" : "green",
        String(record.status),
      );
      const flags = record.flags === "-" ? "" : `  ${record.flags}`;
      print(
        `${record.method} ${record.path} ${status} ${Math.round(record.durationMs)} ms  ${where}${flags}`,
      );
    },
    onLog(line: LogLine): void {
      if (all || line.thread === "worker") print(paint("dim", `[${line.level}] ${line.line}`));
    },
    onFault(fault: Fault): void {
      print(`${paint("red", `fault[${fault.code}]`)} ${fault.plugin}: ${fault.message}`);
    },
  };
}
