/**
 * The functions a gateway looks up among a module's exports, with the signatures it insists on.
 * Source: proxy-wasm-cpp-host, `WasmBase::getFunctions`; the Redis callback is Higress's.
 */
export const CALLBACKS = {
  _initialize: "void -> void",
  _start: "void -> void",
  main: "i32 i32 -> i32",
  __main_void: "void -> i32",
  malloc: "i32 -> i32",
  proxy_on_memory_allocate: "i32 -> i32",
  proxy_on_context_create: "i32 i32 -> void",
  proxy_on_vm_start: "i32 i32 -> i32",
  proxy_validate_configuration: "i32 i32 -> i32",
  proxy_on_configure: "i32 i32 -> i32",
  proxy_on_tick: "i32 -> void",
  proxy_on_new_connection: "i32 -> i32",
  proxy_on_downstream_data: "i32 i32 i32 -> i32",
  proxy_on_upstream_data: "i32 i32 i32 -> i32",
  proxy_on_downstream_connection_close: "i32 i32 -> void",
  proxy_on_upstream_connection_close: "i32 i32 -> void",
  proxy_on_request_headers: "i32 i32 i32 -> i32",
  proxy_on_request_body: "i32 i32 i32 -> i32",
  proxy_on_request_trailers: "i32 i32 -> i32",
  proxy_on_request_metadata: "i32 i32 -> i32",
  proxy_on_response_headers: "i32 i32 i32 -> i32",
  proxy_on_response_body: "i32 i32 i32 -> i32",
  proxy_on_response_trailers: "i32 i32 -> i32",
  proxy_on_response_metadata: "i32 i32 -> i32",
  proxy_on_http_call_response: "i32 i32 i32 i32 i32 -> void",
  proxy_on_grpc_receive_initial_metadata: "i32 i32 i32 -> void",
  proxy_on_grpc_receive_trailing_metadata: "i32 i32 i32 -> void",
  proxy_on_grpc_receive: "i32 i32 i32 -> void",
  proxy_on_grpc_close: "i32 i32 i32 -> void",
  proxy_on_queue_ready: "i32 i32 -> void",
  proxy_on_foreign_function: "i32 i32 i32 -> void",
  proxy_on_done: "i32 -> i32",
  proxy_on_log: "i32 -> void",
  proxy_on_delete: "i32 -> void",
  envoy_on_resolve_dns: "i32 i32 i32 -> void",
  proxy_on_redis_call_response: "i32 i32 i32 i32 -> void",
} as const;

export type CallbackName = keyof typeof CALLBACKS;

export function isCallback(name: string): name is CallbackName {
  return Object.hasOwn(CALLBACKS, name);
}
