import { randomUUID } from "node:crypto";
import type { Header } from "../services/upstream/upstream.ts";
import type { Refusal } from "./downstream.ts";

const HOP_BY_HOP = new Set(["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"]);

/** What only a gateway may say to another one; from an external client it is dropped. */
const INTERNAL_ONLY = new Set(
  (
    "internal retry-on retry-grpc-on max-retries upstream-alt-stat-name upstream-rq-timeout-ms upstream-rq-per-try-timeout-ms " +
    "upstream-rq-timeout-alt-response expected-rq-timeout-ms force-trace ip-tags original-url hedge-on-per-try-timeout"
  )
    .split(" ")
    .map((name) => `x-envoy-${name}`),
);

export interface ReceivedRequest {
  headers: Header[];
  /** What the connection manager answers in place of the filters. */
  refusal?: Refusal;
}

/**
 * A request as filters first see it: names in lower case, `:authority :path :method :scheme` in front, `host` folded into
 * `:authority`, hop-by-hop headers gone, then x-forwarded-proto and x-request-id unless the client sent them.
 * Source: Envoy's HTTP/1 codec, `ConnectionManagerImpl::ActiveStream::decodeHeaders` and `ConnectionManagerUtility::mutateRequestHeaders`.
 */
export function receiveRequest(
  wire: readonly Header[],
  scheme: string,
  overwritten?: string,
): ReceivedRequest {
  const headers = wire.map(([name, value]): Header => [name.toLowerCase(), value]);
  const value = (name: string) => headers.find((header) => header[0] === name)?.[1];
  const tokens = headers
    .filter(([name]) => name === "connection")
    .flatMap(([, list]) => list.split(",").map((each) => each.trim().toLowerCase()));
  const method = value(":method") ?? "GET";
  const authority = value(":authority") ?? value("host");
  const path = value(":path") ?? (method === "CONNECT" ? undefined : "/");
  const named = new Set(tokens.filter((token) => token !== "te"));
  const rest = headers.flatMap(([name, text]): Header[] => {
    if (name.startsWith(":") || name === "host" || HOP_BY_HOP.has(name)) return [];
    if (named.has(name) || INTERNAL_ONLY.has(name)) return [];
    if (name === "expect" && text.toLowerCase() === "100-continue") return [];
    if (name !== "te") return [[name, text]];
    return /(^|,)\s*trailers\s*(,|$)/i.test(text) ? [[name, "trailers"]] : [];
  });
  const received: Header[] = [
    [":authority", authority ?? ""],
    ...(path === undefined ? [] : [[":path", path] as Header]),
    [":method", method],
    [":scheme", overwritten ?? value(":scheme") ?? schemeOf(value("x-forwarded-proto")) ?? scheme],
    ...rest,
  ];
  if (overwritten !== undefined) {
    const at = received.find(([name]) => name === "x-forwarded-proto");
    if (at === undefined) received.push(["x-forwarded-proto", overwritten]);
    else at[1] = overwritten;
  } else if (value("x-forwarded-proto") === undefined) received.push(["x-forwarded-proto", scheme]);
  if (value("x-request-id") === undefined) received.push(["x-request-id", randomUUID()]);
  const refusal = refusalOf(authority, path, tokens.includes("upgrade") ? value("upgrade") : undefined);
  return refusal === undefined ? { headers: received } : { headers: received, refusal };
}

function schemeOf(forwarded: string | undefined): string | undefined {
  return forwarded !== undefined && /^https?$/i.test(forwarded) ? forwarded.toLowerCase() : undefined;
}

function refusalOf(
  authority: string | undefined,
  path: string | undefined,
  upgrade: string | undefined,
): Refusal | undefined {
  if (authority === undefined) return { status: 400, details: "missing_host_header" };
  if (path !== undefined && !path.startsWith("/")) return { status: 404, details: "absolute_path_rejected" };
  if (path?.includes("#") === true) return { status: 400, details: "path_normalization_failed" };
  // An offer of h2c is declined by taking no notice of it, as RFC 9113 allows.
  if (upgrade !== undefined && upgrade.toLowerCase() !== "h2c")
    return { status: 403, details: "upgrade_failed", routed: true };
  return undefined;
}
