/** Callbacks of a stream: the effective context is one. */
export const STREAM_CALLBACK = /^proxy_on_(request|response)_/;
/** Not exported without a program: a gateway treats a module with them differently. */
export const ON_DEMAND: ReadonlySet<string> = new Set(["malloc", "_initialize"]);
