import type { Header } from "../services/upstream/upstream.ts";
import type { Body } from "../stream/body.ts";

/** Data that host functions can reach only while one callback runs. */
export interface CallScope {
  pluginConfiguration?: Uint8Array;
  httpCall?: { headers: Header[]; body: Uint8Array; trailers: Header[] };
  redisReply?: Uint8Array;
  callData?: Uint8Array;
  grpcMessage?: Body;
  grpcInitialMetadata?: Header[];
  grpcTrailingMetadata?: Header[];
}
