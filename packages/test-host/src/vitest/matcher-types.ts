import type { LogLevel } from "../gateway/observe.ts";
import type { MessageSide } from "../trace/trace.ts";

/** A text as it is, a pattern, or one of vitest's `expect.stringContaining(...)` and the like. */
// oxlint-disable-next-line no-explicit-any -- vitest's asymmetric matchers are typed `any`
export type Matching = string | RegExp | any;

/** What is given must fit; what is left out may be anything. */
export interface ExpectedCall {
  method?: Matching;
  path?: Matching;
  authority?: Matching;
  headers?: Record<string, Matching>;
  body?: Matching;
  timeoutMs?: number;
  /** Of the answer. */
  status?: number;
}

export interface ExpectedLocalResponse {
  status?: number;
  details?: Matching;
  headers?: Record<string, Matching>;
  body?: Matching;
}

/** By name: the value, or all values, that a plugin left; null: removed. */
export type HeaderEdits = Record<string, Matching | string[] | null>;

/**
 * What can be expected of a gateway, of a request (what `gateway.fetch` returns, answered or not) and of a response.
 * A request or response speaks for itself, a gateway for all of its requests and what plugins do besides.
 */
export interface GatewayMatchers<R = unknown> {
  /** A response, or a request that an upstream got, has the header: with one value that fits. */
  toHaveHeader(name: string, value?: Matching): R;
  /** A plugin holds the message now. */
  toBeHeld(side?: MessageSide): R;
  /** A plugin has held the message; it may have been resumed since. */
  toHaveBeenHeld(side?: MessageSide): R;
  /** A plugin has answered in the service's place. */
  toHaveSentLocalResponse(response?: ExpectedLocalResponse): R;
  /** Plugins have left these values in a map: `request`, `response`, `request trailers`, `response trailers`. */
  toHaveEditedHeaders(map: MessageSide | "request trailers" | "response trailers", edits: HeaderEdits): R;
  /** A plugin has called a cluster. */
  toHaveCalled(cluster: string, call?: ExpectedCall): R;
  /** A plugin has sent this command, word by word; the command's name in any case. */
  toHaveSentRedisCommand(...words: Matching[]): R;
  /** A plugin has logged a line that holds the text; an error line is expected by that. */
  toHaveLogged(text: string | RegExp, level?: LogLevel): R;
  /** Of a gateway: a plugin has trapped; the fault is expected by that. */
  toHaveTrapped(text?: string | RegExp): R;
  /** Of a gateway: a plugin's metric, by the name that it defined. */
  toHaveMetric(name: string, value?: number): R;
}

declare module "vitest" {
  // oxlint-disable-next-line no-explicit-any -- vitest declares it so
  interface Matchers<T = any> extends GatewayMatchers<T> {}
}
