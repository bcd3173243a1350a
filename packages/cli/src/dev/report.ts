import type { AccessRecord, Fault, LogLine } from "@gateway-plugins/test-host/live";
import { paint, print } from "../terminal.ts";

/** What a serving gateway prints: one line per request, the plugins' log lines, and what a real gateway would not survive. */
export const report = {
  onAccess(record: AccessRecord): void {
    const where = record.details === "via_upstream" ? `cluster ${record.cluster}` : record.details;
    const status = paint(
      record.status >= 400 || record.status === 0 ? "red" : "green",
      String(record.status),
    );
    print(`${record.method} ${record.path} ${status} ${Math.round(record.durationMs)} ms  ${where}`);
  },
  onLog(line: LogLine): void {
    print(paint("dim", `[${line.level}] ${line.line}`));
  },
  onFault(fault: Fault): void {
    print(`${paint("red", `fault[${fault.code}]`)} ${fault.plugin}: ${fault.message}`);
  },
};
