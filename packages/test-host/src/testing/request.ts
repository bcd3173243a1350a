import type { Header } from "../services/upstream/upstream.ts";
import type { RequestTrace } from "../trace/trace.ts";
import { cutBySeed } from "./chunks.ts";
import type { FetchOptions } from "./options.ts";
import type { GatewayResponse } from "./response.ts";

/** A request under way: a promise of its response. */
export interface GatewayRequest extends Promise<GatewayResponse> {
  /** What has happened to it so far, phase by phase; goes on growing. */
  readonly trace: RequestTrace;
}

/** What goes on the wire for `fetch`. */
export interface OutgoingRequest {
  headers: Header[];
  chunks: Uint8Array[];
  trailers: Header[];
}

export function outgoingRequest(path: string, options: FetchOptions): OutgoingRequest {
  const given = headerPairs(options.headers);
  const chunks = bodyChunks(options.body);
  const headers: Header[] = [
    [":method", options.method ?? (chunks.length > 0 ? "POST" : "GET")],
    [":path", path],
    [":authority", options.authority ?? "localhost"],
    ...given.filter(([name]) => !(options.authority !== undefined && name.toLowerCase() === "host")),
  ];
  const named = given.some(([name]) => name.toLowerCase() === "content-length");
  if (options.body !== undefined && !Array.isArray(options.body) && !named) {
    headers.push(["content-length", String(chunks[0]?.length ?? 0)]);
  }
  const seed = options.chunks;
  return {
    headers,
    chunks: seed === undefined ? chunks : cutBySeed(Buffer.concat(chunks), seed),
    trailers: headerPairs(options.trailers),
  };
}

export function headerPairs(given: FetchOptions["headers"]): Header[] {
  return Array.isArray(given) ? given : Object.entries(given ?? {});
}

function bodyChunks(body: FetchOptions["body"]): Uint8Array[] {
  const given = body === undefined ? [] : Array.isArray(body) ? body : [body];
  return given.map((chunk) => (typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk));
}
