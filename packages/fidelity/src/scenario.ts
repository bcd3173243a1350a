import type { CallbackName } from "@gateway-plugins/test-parts/guests/abi";

/** An argument of a host call: a number, text (as bytes), pairs, or something that is known only later. */
export type Argument =
  | number
  | string
  | readonly (readonly [name: string, value: string])[]
  /** Bytes in hexadecimal, for what is malformed. */
  | { readonly hex: string }
  /** A long text. */
  | { readonly repeat: string; readonly times: number }
  /** The engine's name of a cluster of this scenario. */
  | { readonly cluster: string }
  /** What a `save` step kept; `stream` is the stream whose callback ran last. */
  | { readonly saved: string };

/**
 * One thing that a guest does:
 * - `["proxy_…", ...arguments]` calls a host function, with its in-parameters only, and logs the result and the out-values;
 * - `["~proxy_…", ...]` logs sizes in place of out-values that no two runs have in common;
 * - `["raw", "proxy_…", ...numbers]` passes every parameter as it is and logs the result;
 * - `["save", name]` keeps the last number that a host call gave (a token, a queue, a metric);
 * - `["if-end", ...steps]` only where the callback is told the end of the stream;
 * - `["log", level, text]`, `["trap"]`, `["return", n]`.
 */
export type Step = readonly [string, ...(Argument | Step)[]];

/** What a callback does: always the same, or by invocation (the last one repeats). */
export type Program = readonly Step[] | { readonly each: readonly (readonly Step[])[] };

export interface Plugin {
  readonly callbacks: { readonly [name in CallbackName]?: Program };
  /** Export only the callbacks that have a program. Default false: all are exported, and log that they were called. */
  readonly only?: boolean;
  /** A whole module in WAT instead of `callbacks`. */
  readonly wat?: string;
  readonly configuration?: string;
  readonly vmConfiguration?: string;
  /** More fields of Envoy's PluginConfig. */
  readonly options?: object;
  /** Plugins of a chain with the same number share a VM, if their programs are the same. Default: a VM each. */
  readonly vm?: number;
}

export interface Request {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** A text goes with content-length; a list goes in chunks, each sent when the last one has been read. */
  readonly body?: string | readonly string[];
  readonly trailers?: readonly (readonly [name: string, value: string])[];
  /** The client goes away after the head, or after that many chunks. */
  readonly abortAfter?: number;
  /** Bytes instead of all that. */
  readonly raw?: string;
}

export interface Response {
  readonly status?: number;
  readonly headers?: readonly (readonly [name: string, value: string])[];
  /** As in a request. */
  readonly body?: string | readonly string[];
  readonly trailers?: readonly (readonly [name: string, value: string])[];
  /** Answer when the head has arrived, not the whole request. */
  readonly early?: boolean;
  /** Never answer. */
  readonly silent?: boolean;
  /** Close or reset the connection: in place of an answer, after the head, or after so many chunks. */
  readonly cut?: "before" | "after-head" | number;
  /** Bytes in front of the answer, or in its place with `cut: "before"`. */
  readonly raw?: string;
}

/** What an upstream answers, request by request (the last answer repeats); `none`: no host; `refused`: nobody listens. */
export type Service = readonly Response[] | "none" | "refused";

/** One thing to try on both gateways. Nothing is expected of it but that both do the same. */
export interface Scenario {
  /** `area/what`, unique. */
  readonly name: string;
  /** In the order requests pass them. */
  readonly plugins: readonly Plugin[];
  /** One after the other, each on a connection of its own. Default: one GET. */
  readonly requests?: readonly Request[];
  readonly upstream?: Service;
  readonly clusters?: Readonly<Record<string, Service>>;
  /** More fields of Envoy's HttpConnectionManager. */
  readonly manager?: object;
  /** Bytes that a stopped filter may hold. */
  readonly bufferLimit?: number;
  /** The scenario goes on until a worker has logged this text. */
  readonly until?: string;
  /** In a gateway of its own: one that is known to crash, or not to start. */
  readonly apart?: boolean;
}
