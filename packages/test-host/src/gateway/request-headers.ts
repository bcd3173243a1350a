import { randomUUID } from "node:crypto";
import type { Header } from "../services/upstream/upstream.ts";
import { HeaderMap } from "../stream/header-map.ts";
import { clientAddress, forwardedFor, type SocketEnd } from "./client-address.ts";
import type { Refusal } from "./downstream.ts";
import type { ConnectionManagerConfig } from "./manager-config.ts";
import { normalizePath } from "./normalize-path.ts";

const HOP_BY_HOP = new Set(["connection", "keep-alive", "proxy-connection", "transfer-encoding", "upgrade"]);

const envoyNames = (names: string) => new Set(names.split(" ").map((name) => `x-envoy-${name}`));

/** What only a gateway may say to another one; from an external client it is dropped. */
const INTERNAL_ONLY = envoyNames(
  "internal retry-on retry-grpc-on max-retries upstream-alt-stat-name upstream-rq-timeout-ms upstream-rq-per-try-timeout-ms " +
    "upstream-rq-timeout-alt-response expected-rq-timeout-ms force-trace ip-tags original-url hedge-on-per-try-timeout",
);
/** Besides, at the edge. */
const EDGE_ONLY = envoyNames("decorator-operation downstream-service-cluster downstream-service-node");

/** How requests come to a listener. */
export interface Reception {
  scheme: string;
  remote: SocketEnd;
  settings: ConnectionManagerConfig;
  /** `scheme_to_overwrite`. */
  overwrittenScheme?: string | undefined;
}

export interface ReceivedRequest {
  headers: Header[];
  client: SocketEnd;
  /** The protocol that the client wants to change to, and may. */
  upgrade?: string;
  /** What the connection manager answers in place of the filters. */
  refusal?: Refusal;
}

/**
 * A request as filters first see it: names in lower case, `:authority :path :method :scheme` in front, `host` folded into
 * `:authority`, hop-by-hop headers gone, then x-forwarded-proto and x-request-id unless the client sent them.
 * Source: Envoy's HTTP/1 codec, `ConnectionManagerImpl::ActiveStream::decodeHeaders` and `ConnectionManagerUtility::mutateRequestHeaders`.
 */
export function receiveRequest(wire: readonly Header[], reception: Reception): ReceivedRequest {
  const { scheme, settings, overwrittenScheme } = reception;
  const headers = wire.map(([name, value]): Header => [name.toLowerCase(), value]);
  const value = (name: string) => headers.find((header) => header[0] === name)?.[1];
  const tokens = headers
    .filter(([name]) => name === "connection")
    .flatMap(([, list]) => list.split(",").map((each) => each.trim().toLowerCase()));
  const method = value(":method") ?? "GET";
  const authority = value(":authority") ?? value("host");
  const given = value(":path") ?? (method === "CONNECT" ? undefined : "/");
  const upgrade = tokens.includes("upgrade") ? value("upgrade")?.toLowerCase() : undefined;
  const isAllowed = upgrade !== undefined && (settings.upgrades ?? []).includes(upgrade);
  const refusal = refusalOf(authority, given, isAllowed ? undefined : upgrade);
  const path = given === undefined || refusal !== undefined ? given : normalizePath(given, settings);
  const received = new HeaderMap(
    [
      [":authority", authority ?? ""],
      ...(path === undefined ? [] : [[":path", path] as Header]),
      [":method", method],
      [":scheme", overwrittenScheme ?? value(":scheme") ?? schemeOf(value("x-forwarded-proto")) ?? scheme],
      ...endToEnd(headers, new Set(tokens.filter((token) => token !== "te")), isAllowed, settings),
    ],
    "request",
  );
  const client = clientAddress(headers, reception.remote, settings);
  mutate(received, reception, client);
  return {
    headers: received.entries(),
    client,
    ...(isAllowed && { upgrade }),
    ...(refusal !== undefined && { refusal }),
  };
}

function endToEnd(
  headers: readonly Header[],
  named: ReadonlySet<string>,
  upgrades: boolean,
  { useRemoteAddress }: ConnectionManagerConfig,
): Header[] {
  return headers.flatMap(([name, text]): Header[] => {
    if (upgrades && (name === "connection" || name === "upgrade")) return [[name, text]];
    if (name.startsWith(":") || name === "host" || HOP_BY_HOP.has(name)) return [];
    if (named.has(name) || INTERNAL_ONLY.has(name)) return [];
    if (useRemoteAddress === true && EDGE_ONLY.has(name)) return [];
    if (name === "expect" && text.toLowerCase() === "100-continue") return [];
    if (name !== "te") return [[name, text]];
    return /(^|,)\s*trailers\s*(,|$)/i.test(text) ? [[name, "trailers"]] : [];
  });
}

/** What the gateway itself says about the request. */
function mutate(
  headers: HeaderMap,
  { scheme, remote, settings, overwrittenScheme }: Reception,
  client: SocketEnd,
): void {
  const isEdge = settings.useRemoteAddress === true;
  if (isEdge && settings.skipXffAppend !== true) headers.add("x-forwarded-for", forwardedFor(remote));
  const isUntrusted = isEdge && (settings.xffTrustedHops ?? 0) === 0;
  if (headers.get("x-forwarded-proto") === undefined || isUntrusted)
    headers.replace("x-forwarded-proto", scheme);
  if (overwrittenScheme !== undefined) headers.replace("x-forwarded-proto", overwrittenScheme);
  if (settings.via !== undefined) headers.add("via", settings.via);
  const id = headers.get("x-request-id");
  const isKept = id !== undefined && (!isEdge || settings.preserveExternalRequestId === true);
  if (isEdge && id !== undefined && !isKept) headers.replace("x-request-id", randomUUID());
  if (isEdge) headers.replace("x-envoy-external-address", client.address);
  if (id === undefined && settings.generateRequestId !== false) headers.set("x-request-id", randomUUID());
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
  if (upgrade !== undefined && upgrade !== "h2c")
    return { status: 403, details: "upgrade_failed", routed: true };
  return undefined;
}
