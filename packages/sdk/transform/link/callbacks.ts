import type { Module } from "./binaryen.ts";

/** The export that tells which callbacks are needed; gone from the finished module. */
export const ASK = "gateway_callbacks";

// By the bits of exports/index.ts, one of which each callback wants. proxy_on_context_create is there for streams that ask for their root's
// configuration.
const WANTED_BY: [callback: string, bits: number[]][] = [
  ["proxy_on_configure", [0, 6, 7, 8]],
  ["proxy_on_context_create", [0]],
  ["proxy_on_request_headers", [1]],
  ["proxy_on_request_body", [2]],
  ["proxy_on_request_trailers", [2, 9]],
  ["proxy_on_response_headers", [3]],
  ["proxy_on_response_body", [4]],
  ["proxy_on_response_trailers", [4, 10]],
  ["proxy_on_log", [5]],
  ["proxy_on_tick", [6]],
  ["proxy_on_queue_ready", [7]],
  ["proxy_on_grpc_receive_initial_metadata", [11]],
  ["proxy_on_grpc_receive_trailing_metadata", [12]],
];
/** exports/grpc-stream.ts, which is there where some source names a method of that name. */
const OF_STREAMS = [
  "proxy_on_grpc_receive_initial_metadata",
  "proxy_on_grpc_receive_trailing_metadata",
  "proxy_on_delete",
];

/** `needed`: the answer of the module itself, and the names of what it imports. */
export function stripCallbacks(module: Module, needed: { bits: number; imports: string[] }): void {
  for (const [callback, bits] of WANTED_BY) {
    if (!bits.some((bit) => (needed.bits >> bit) & 1)) module.removeExport(callback);
  }
  if (!needed.imports.includes("proxy_http_call")) module.removeExport("proxy_on_http_call_response");
  if (!needed.imports.includes("proxy_redis_call")) module.removeExport("proxy_on_redis_call_response");
  const streams = needed.imports.includes("proxy_grpc_stream");
  if (!streams && !needed.imports.includes("proxy_grpc_call"))
    for (const callback of ["proxy_on_grpc_receive", "proxy_on_grpc_close"]) module.removeExport(callback);
  if (!streams) for (const callback of OF_STREAMS) module.removeExport(callback);
  module.removeExport(ASK);
}
