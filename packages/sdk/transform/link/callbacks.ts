import type { Module } from "./binaryen.ts";

/** The export that tells which callbacks are needed; gone from the finished module. */
export const ASK = "gateway_callbacks";

// The bits of exports/index.ts. proxy_on_context_create is there for streams that ask for their root's configuration.
const BITS: [bit: number, exports: string[]][] = [
  [0, ["proxy_on_configure", "proxy_on_context_create"]],
  [1, ["proxy_on_request_headers"]],
  [2, ["proxy_on_request_body", "proxy_on_request_trailers"]],
  [3, ["proxy_on_response_headers"]],
  [4, ["proxy_on_response_body", "proxy_on_response_trailers"]],
  [5, ["proxy_on_log"]],
];

/** `needed`: the answer of the module itself, and the names of what it imports. */
export function stripCallbacks(module: Module, needed: { bits: number; imports: string[] }): void {
  for (const [bit, exports] of BITS) {
    if (!((needed.bits >> bit) & 1)) for (const name of exports) module.removeExport(name);
  }
  if (!needed.imports.includes("proxy_http_call")) module.removeExport("proxy_on_http_call_response");
  if (!needed.imports.includes("proxy_redis_call")) module.removeExport("proxy_on_redis_call_response");
  module.removeExport(ASK);
}
