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
const TARGET = /^(\/[\x21-\x7e\x80-\xff]*|\*|[A-Za-z][A-Za-z0-9+.-]*:\/\/[\x21-\x7e\x80-\xff]*)$/;
const refuse = (details = "http1.codec_error", status = 400): never => {
  throw new ProtocolError(details, status);
};

export interface RequestLine {
  method: string;
  target: string;
}

/** @throws {ProtocolError} as Envoy's parser does: 426 for anything but HTTP/1.1, unless HTTP/1.0 is accepted */
export function readRequestLine(line: string): RequestLine & { version: string } {
  const [method = "", target = "", version, ...more] = line.split(/[ \t]+/);
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
  // Absolute form (RFC 9112, 3.2.2): its host wins over the Host header.
  const absolute = /^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)(.*)$/i.exec(target);
  if (absolute !== null && !AUTHORITY.test(absolute[1]!)) refuse("http.invalid_authority");
  if (method === "CONNECT") headers.push([":authority", target]);
  else {
    const path =
      absolute === null ? target : absolute[2]!.startsWith("/") ? absolute[2]! : `/${absolute[2]!}`;
    headers.push([":path", path]);
    if (absolute !== null)
      headers.push([":authority", absolute[1]!], [":scheme", target.split(":", 1)[0]!.toLowerCase()]);
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
