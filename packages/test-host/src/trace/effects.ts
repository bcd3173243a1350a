import type { Header } from "../services/upstream/upstream.ts";
import type { GrpcCallRequest, HttpCallRequest, LocalResponse } from "../vm/context.ts";
import { keptText } from "./changes.ts";
import type { GrpcCallEffect, HttpCallEffect, RedisCallEffect, TraceEffect, TraceStep } from "./trace.ts";

/** The first value; empty when there is none. */
export function headerValue(headers: readonly Header[], name: string): string {
  return headers.find(([other]) => other === name)?.[1] ?? "";
}

export function httpCallEffect(request: HttpCallRequest, result: number): HttpCallEffect {
  const { cluster, headers, body, timeoutMs } = request;
  return {
    kind: "http-call",
    cluster,
    method: headerValue(headers, ":method"),
    path: headerValue(headers, ":path"),
    authority: headerValue(headers, ":authority") || headerValue(headers, "host"),
    headers,
    body: keptText(body),
    timeoutMs,
    result,
  };
}

export function redisCallEffect(cluster: string, query: Uint8Array, result: number): RedisCallEffect {
  return { kind: "redis-call", cluster, command: words(query), result };
}

export function grpcCallEffect(request: GrpcCallRequest, isStream: boolean, result: number): GrpcCallEffect {
  const { target, service, method } = request;
  return { kind: "grpc-call", target: keptText(target), method: `${service}/${method}`, isStream, result };
}

/** The words of a command in RESP; a query that is none is shown as it is. */
function words(query: Uint8Array): string[] {
  const text = Buffer.from(query).toString("latin1");
  const found: string[] = [];
  let at = text.indexOf("\r\n") + 2;
  if (!/^\*\d+\r\n/.test(text)) return [text];
  while (at < text.length) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at, at + 16));
    if (size === null) return [text];
    const start = at + size[0].length;
    const end = start + Number(size[1]);
    found.push(Buffer.from(text.slice(start, end), "latin1").toString());
    at = end + 2;
  }
  return found;
}

export function localResponseEffect(response: LocalResponse): TraceEffect {
  const { status, details, headers, body, grpcStatus } = response;
  return { kind: "local-response", status, details, headers, body: keptText(body), grpcStatus };
}

export function localReplyStep(response: LocalResponse): Omit<TraceStep & { kind: "gateway-reply" }, "atMs"> {
  const { status, details, body } = response;
  return { kind: "gateway-reply", status, details, body: keptText(body) };
}
