import type { Header } from "../../services/upstream/upstream.ts";
import { ProtocolError } from "./protocol-error.ts";

/** A request's head as the engine takes it, and how its body is framed. */
export interface RequestHead {
  /** `:method`, `:path` and `:authority` first, as far as the client gave them; then the rest in wire order. */
  headers: Header[];
  body: "none" | "chunked" | "tunnel" | { length: number };
  closes: boolean;
  isHead: boolean;
  /** HTTP/1.0 or 0.9: nothing is chunked, and the connection ends unless the client asks to keep it. */
  isOld: boolean;
  expectsContinue: boolean;
}

/** The methods that Envoy's parser knows; others are a protocol error. Source: Envoy, source/common/http/http1/balsa_parser.cc. */
const METHODS = new Set(
  (
    "ACL BIND CHECKOUT CONNECT COPY DELETE GET HEAD LINK LOCK MERGE MKACTIVITY MKCALENDAR MKCOL MOVE MSEARCH NOTIFY " +
    "OPTIONS PATCH POST PROPFIND PROPPATCH PURGE PUT REBIND REPORT SEARCH SOURCE SUBSCRIBE TRACE UNBIND UNLINK UNLOCK UNSUBSCRIBE"
  ).split(" "),
);
const NAME = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
const BAD_VALUE = /[\x00-\x08\x0a-\x1f\x7f]/;
const AUTHORITY = /^[!$&'()*+,\-.:;=@[\]_~%0-9A-Za-z]*$/;
const TARGET = /^(\*$|\/|[a-z][a-z0-9+.-]*:\/\/)[\x21-\x7e]*$/i;
const HOST_AND_PORT = /^(?:\[[^\]#]+\]|[^:[\]#]+)(?::(\d{1,5}))?$/;
const refuse = (details = "http1.codec_error", status = 400): never => {
  throw new ProtocolError(details, status);
};

export interface RequestLine {
  method: string;
  target: string;
}

/** @throws {ProtocolError} as Envoy's parser does: 426 for anything but HTTP/1.1, unless HTTP/1.0 is accepted */
export function readRequestLine(line: string): RequestLine & { version: string } {
  const [method = "", target = "", version, ...more] = line.replace(/[ \t]+$/, "").split(/[ \t]+/);
  if (!METHODS.has(method) || more.length > 0) refuse();
  if (method === "CONNECT" ? !AUTHORITY.test(target) : !TARGET.test(target)) refuse();
  if (version !== undefined && !/^HTTP\/\d\.\d$/.test(version)) refuse();
  return { method, target, version: version ?? "HTTP/0.9" };
}

/** One header line; a folded one is given to `unfold` first. */
export function readField(line: string): Header {
  const colon = line.indexOf(":");
  const name = line.slice(0, Math.max(colon, 0));
  if (!NAME.test(name)) refuse();
  const value = line.slice(colon + 1).replace(/[\r\n]/g, "");
  if (BAD_VALUE.test(value)) refuse("http1.invalid_characters");
  return [name.toLowerCase(), value.replace(/^[ \t]+|[ \t]+$/g, "")];
}

/** @throws {ProtocolError} for framing that two readers could understand differently */
export function readHead(line: RequestLine, fields: readonly Header[], defaultHost?: string): RequestHead {
  const valuesOf = (wanted: string): string[] =>
    fields.flatMap(([name, value]) => (name === wanted ? [value] : []));
  const hosts = valuesOf("host");
  if (hosts.some((host) => !AUTHORITY.test(host))) refuse("http.invalid_authority");
  const { method, target } = line;
  const headers: Header[] = [[":method", method]];
  if (target === "*" && method !== "OPTIONS") refuse("http1.invalid_url");
  const absolute = readAbsolute(target);
  if (method === "CONNECT") headers.push([":authority", target]);
  else {
    headers.push([":path", absolute?.path ?? target]);
    if (absolute !== undefined)
      headers.push([":authority", absolute.authority], [":scheme", absolute.scheme]);
    else if (hosts.length > 0) headers.push([":authority", hosts.join(",")]);
    else if (defaultHost) headers.push([":authority", defaultHost]);
  }
  headers.push(...fields.filter(([name]) => name !== "host"));
  const tokens = valuesOf("connection").flatMap((value) =>
    value.split(",").map((token) => token.trim().toLowerCase()),
  );
  const isOld = defaultHost !== undefined;
  return {
    headers,
    body:
      method === "CONNECT" ||
      (tokens.includes("upgrade") && valuesOf("upgrade").some((to) => to.toLowerCase() !== "h2c"))
        ? "tunnel"
        : framing(valuesOf("transfer-encoding"), valuesOf("content-length")),
    closes: tokens.includes("close") || (isOld && !tokens.includes("keep-alive")),
    isOld,
    isHead: method === "HEAD",
    expectsContinue: valuesOf("expect").some((value) => value.toLowerCase() === "100-continue"),
  };
}

/** The absolute form (RFC 9112, 3.2.2), whose host wins over the Host header. A user goes, and what has no path has its query in the place of one. */
function readAbsolute(target: string): { scheme: string; authority: string; path: string } | undefined {
  const [, scheme, given, rest] = /^([a-z][a-z0-9+.-]*):\/\/([^/?]*)(.*)$/i.exec(target) ?? [];
  if (scheme === undefined) return undefined;
  if (given!.includes("#")) refuse();
  if (!/^https?$/i.test(scheme)) refuse("http1.invalid_scheme");
  const authority = given!.slice(given!.lastIndexOf("@") + 1);
  const [isHost, port] = HOST_AND_PORT.exec(authority) ?? [];
  if (isHost === undefined || Number(port ?? 0) > 65_535) refuse("http1.invalid_url");
  if (!AUTHORITY.test(authority)) refuse("http.invalid_authority");
  return { scheme: scheme.toLowerCase(), authority, path: rest || "/" };
}

function framing(encodings: readonly string[], lengths: readonly string[]): RequestHead["body"] {
  if (encodings.length > 0) {
    if (encodings.join(",").toLowerCase() !== "chunked") refuse("http1.invalid_transfer_encoding", 501);
    if (lengths.length > 0) refuse("http1.content_length_and_chunked_not_allowed");
    return "chunked";
  }
  const [length] = lengths;
  if (length === undefined) return "none";
  if (lengths.length > 1 || !/^\d{1,15}$/.test(length)) refuse();
  return Number(length) === 0 ? "none" : { length: Number(length) };
}
