/** What is told of a stream besides its messages: to access logs, properties and records. */
export class StreamFacts {
  /** By full key: what plugins set with `proxy_set_property` stands under `wasm.<path>`. */
  readonly filterState = new Map<string, Uint8Array>();
  requestBytes = 0;
  responseBytes = 0;
  /** Of the last attempt. */
  upstreamAddress: string | undefined;
  /** Requests sent to upstreams for this one. */
  attempts = 0;
  /** Why no connection to the upstream could be made; empty: one could, or none was needed. */
  transportFailure = "";
  localReplyBody: string | undefined;
  /** Envoy's RESPONSE_CODE_DETAILS; empty: none. */
  details = "";
  /** Envoy's RESPONSE_FLAGS. */
  flags = "-";
}
