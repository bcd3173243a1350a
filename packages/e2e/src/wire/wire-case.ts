import type { Script } from "../recording-upstream.ts";

/** One listener of the file that both gateways are started with. Objects are in Envoy's own words. */
export interface WireListener {
  readonly name: string;
  /** Fields of the HttpConnectionManager, over the suite's defaults. */
  readonly manager?: object;
  /** Fields of the Listener. */
  readonly listener?: object;
  /** Default: one route of prefix `/` to the cluster `upstream`. */
  readonly routes?: readonly object[];
  /** In place of `routes`. */
  readonly virtualHosts?: readonly object[];
  /** HTTP filters in front of the router. */
  readonly filters?: readonly object[];
  /** More clusters than `upstream`. */
  readonly clusters?: readonly object[];
  /** Format of the access log that every listener writes. */
  readonly log?: object;
  readonly cases: readonly WireCase[];
}

/** One connection of a client: what it sends, and what the upstream answers meanwhile. */
export interface WireCase {
  readonly title: string;
  /** The bytes in order; of several, the next go out when the gateway has sent something that matches `after`. */
  readonly send: string | readonly (string | { after: RegExp; send?: string; abort?: true })[];
  /** Default: 200 with a body. */
  readonly answer?: Script;
  /** Log lines to wait for before comparing. Default: one for each response. */
  readonly logLines?: number;
  /** Milliseconds after which a connection that the gateway leaves open counts as open. Default 5000: it is expected to close. */
  readonly timeLimit?: number;
}

/** A request with `connection: close`, so that the gateway ends the connection behind its answer. */
export function last(line: string, headers: readonly string[] = [], body = ""): string {
  return request(line, [...headers, "connection: close"], body);
}

/** A request on a connection that stays open. */
export function request(line: string, headers: readonly string[] = [], body = ""): string {
  const host = headers.some((header) => /^host:/i.test(header)) ? [] : ["host: gateway.test"];
  return `${[`${line} HTTP/1.1`, ...host, ...headers].join("\r\n")}\r\n\r\n${body}`;
}
