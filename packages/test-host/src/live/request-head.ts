import type { IncomingMessage } from "node:http";
import { fromRawHeaders } from "../services/upstream/raw-headers.ts";
import type { Header } from "../services/upstream/upstream.ts";

/** A request's head as the engine takes it: pseudo headers first, `Host` as `:authority`, the rest in wire order. */
export function requestHead(request: IncomingMessage): Header[] {
  const headers = fromRawHeaders(request.rawHeaders);
  let path = request.url ?? "/";
  let authority = headers.find(([name]) => name === "host")?.[1];
  // Absolute form (RFC 9112, 3.2.2): its host wins over the Host header.
  const absolute = /^https?:\/\/([^/?#]*)([^#]*)/i.exec(path);
  if (absolute !== null) {
    authority = absolute[1]!;
    path = absolute[2]!.startsWith("/") ? absolute[2]! : `/${absolute[2]!}`;
  }
  const pseudo: Header[] = [
    [":method", request.method ?? "GET"],
    [":path", path],
  ];
  if (authority !== undefined) pseudo.push([":authority", authority]);
  return [...pseudo, ...headers.filter(([name]) => name !== "host")];
}

/** Whether a request of this head has a body (RFC 9112, 6.3). */
export function hasBody(request: IncomingMessage): boolean {
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  return encoding !== undefined || (length !== undefined && Number(length) !== 0);
}
