import type { Header } from "./upstream.ts";

/** A request as HTTP/1.1 writes it: the line's parts, and fields in their order. */
export interface RequestHead {
  method: string;
  path: string;
  fields: Header[];
  /** It asks for another protocol: what follows has no framing. */
  upgrades: boolean;
}

/** Methods whose requests have no body unless they say so (Envoy's `HeaderUtility::requestShouldHaveNoBody`). */
const BODILESS_METHODS = new Set(["GET", "HEAD", "DELETE", "TRACE", "CONNECT"]);

const FIELD_NAME = /^:?[!#$%&'*+\-.^_`|~0-9A-Za-z]+$/;
/** Control characters except the tab, and what is no byte. */
const NO_FIELD_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/**
 * Pseudo headers to the request line and `host`. Framing as Envoy's HTTP/1 codec adds it when neither `content-length`
 * nor `transfer-encoding` is given: chunked for a request that goes on, `content-length: 0` for a bodiless one whose
 * method expects a body, and nothing otherwise. Unknown pseudo headers are dropped.
 * Throws for a name or value that HTTP/1.1 cannot carry.
 */
export function toRequestHead(headers: readonly Header[], endStream: boolean): RequestHead {
  const head: RequestHead = { method: "GET", path: "/", fields: [], upgrades: false };
  const append = (name: string, value: string): number => head.fields.push([name, value]);
  const has = (wanted: string): boolean => head.fields.some(([name]) => name === wanted);
  for (const [name, value] of headers) {
    if (!FIELD_NAME.test(name)) throw new Error(`invalid header name: ${JSON.stringify(name)}`);
    if (NO_FIELD_VALUE.test(value)) throw new Error(`invalid header value for: ${name}`);
    if (name === ":method") head.method = value;
    else if (name === ":path") head.path = value;
    else if (name === ":authority") append("host", value);
    else if (!name.startsWith(":")) append(name, value);
  }
  head.upgrades = has("upgrade") && has("connection");
  if (head.upgrades) return head;
  if (!has("content-length") && !has("transfer-encoding")) {
    if (!endStream) append("transfer-encoding", "chunked");
    else if (!BODILESS_METHODS.has(head.method)) append("content-length", "0");
  }
  return head;
}

/** The bytes of a head, as latin1. */
export function headText({ method, path, fields }: RequestHead): string {
  const lines = fields.map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${path} HTTP/1.1\r\n${lines.join("")}\r\n`;
}
