import type { Header } from "../services/upstream/upstream.ts";
import { ResponseHeaders } from "../testing/response.ts";
import { TestGateway } from "../testing/test-gateway.ts";
import type { RequestTrace, TraceEffect } from "../trace/trace.ts";

function property(received: unknown, name: string): unknown {
  return typeof received === "object" && received !== null && name in received
    ? (received as Record<string, unknown>)[name]
    : undefined;
}

/** The traces of what a matcher is given: a gateway's, or that of a request or response. */
export function tracesOf(received: unknown): RequestTrace[] {
  if (received instanceof TestGateway) return received.traces;
  const trace = property(received, "trace");
  if (trace === undefined) {
    throw new TypeError(
      "Give a gateway, a request (what gateway.fetch returns) or a response; this one has no trace.",
    );
  }
  return [trace as RequestTrace];
}

/** All that plugins did, in order; for a gateway outside of requests, too. */
export function effectsOf(received: unknown): TraceEffect[] {
  const background = received instanceof TestGateway ? received.backgroundTrace : [];
  return [...background, ...tracesOf(received).flatMap(({ steps }) => steps)].flatMap((step) =>
    step.kind === "callback" ? step.effects : [],
  );
}

export function headersOf(received: unknown): readonly Header[] {
  const headers = received instanceof ResponseHeaders ? received : property(received, "headers");
  if (headers instanceof ResponseHeaders) return headers.entries();
  if (Array.isArray(headers)) return headers as Header[];
  throw new TypeError(
    received === undefined
      ? "toHaveHeader is about a request or response, and got undefined: perhaps nothing was sent."
      : "toHaveHeader is about something that has headers: a response, or a request that an upstream got.",
  );
}
