import type { RequestTrace } from "../trace/trace.ts";
import type { TestGateway } from "./test-gateway.ts";

const gateways = new WeakMap<RequestTrace, TestGateway>();

/** For those who are given a request or response and need its gateway. */
export function gatewayOf(trace: RequestTrace): TestGateway | undefined {
  return gateways.get(trace);
}

export function rememberGateway(trace: RequestTrace, gateway: TestGateway): void {
  gateways.set(trace, gateway);
}

/** Whether a log line's message holds a text or fits a pattern, at a level. */
export function isLine(
  line: { level: string; message: string },
  text: string | RegExp,
  level: string | undefined,
): boolean {
  const fits = typeof text === "string" ? line.message.includes(text) : text.test(line.message);
  return fits && (level === undefined || line.level === level);
}
