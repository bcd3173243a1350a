import { randomUUID } from "node:crypto";
import type { Header } from "../services/upstream/upstream.ts";

const HOP_BY_HOP = new Set([
  "connection",
  "expect",
  "keep-alive",
  "proxy-connection",
  "te",
  "transfer-encoding",
  "upgrade",
]);

/**
 * A request as filters first see it: names in lower case, `:authority :path :method :scheme` in front, `host` folded into
 * `:authority`, hop-by-hop headers gone, then x-forwarded-proto and x-request-id unless the client sent them.
 * Source: Envoy's HTTP/1 codec and `ConnectionManagerUtility::mutateRequestHeaders`.
 */
export function receiveRequestHeaders(wire: readonly Header[], scheme: string): Header[] {
  const headers = wire.map(([name, value]): Header => [name.toLowerCase(), value]);
  const named = headers
    .filter(([name]) => name === "connection")
    .flatMap(([, value]) => value.split(",").map((each) => each.trim().toLowerCase()));
  const value = (name: string) => headers.find((header) => header[0] === name)?.[1];
  const pseudo: Header[] = [
    [":authority", value(":authority") ?? value("host") ?? ""],
    [":path", value(":path") ?? "/"],
    [":method", value(":method") ?? "GET"],
    [":scheme", scheme],
  ];
  const rest = headers.filter(
    ([name]) => !name.startsWith(":") && name !== "host" && !HOP_BY_HOP.has(name) && !named.includes(name),
  );
  const result = [...pseudo, ...rest];
  if (value("x-forwarded-proto") === undefined) result.push(["x-forwarded-proto", scheme]);
  if (value("x-request-id") === undefined) result.push(["x-request-id", randomUUID()]);
  return result;
}
