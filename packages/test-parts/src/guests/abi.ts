/** How one parameter (or pair of parameters) of a host function is written in a scenario. */
export type Kind =
  | "number"
  | "long"
  /** Pointer and size: text, bytes or pairs. */
  | "bytes"
  /** Out: pointer and size of a block that the host gives. */
  | "given"
  /** Out: pointer and size of pairs. */
  | "pairs"
  | "out"
  | "out64";

/** What a kind is to WebAssembly. */
export const SIZES: Readonly<Record<Kind, readonly ("i32" | "i64")[]>> = {
  number: ["i32"],
  long: ["i64"],
  bytes: ["i32", "i32"],
  given: ["i32", "i32"],
  pairs: ["i32", "i32"],
  out: ["i32"],
  out64: ["i32"],
};

const words = (text: string): Kind[] => text.split(" ").filter((word) => word !== "") as Kind[];

const functions = (kinds: Record<string, string>): Readonly<Record<string, readonly Kind[]>> =>
  Object.fromEntries(Object.entries(kinds).map(([name, text]) => [name, words(text)]));

/** The host functions of ABI 0.2.1. */
export const HOST_FUNCTIONS = functions({
  proxy_log: "number bytes",
  proxy_get_log_level: "out",
  proxy_get_status: "out given",
  proxy_get_property: "bytes given",
  proxy_set_property: "bytes bytes",
  proxy_send_local_response: "number bytes bytes bytes number",
  proxy_get_buffer_bytes: "number number number given",
  proxy_get_buffer_status: "number out out",
  proxy_set_buffer_bytes: "number number number bytes",
  proxy_get_header_map_pairs: "number pairs",
  proxy_set_header_map_pairs: "number bytes",
  proxy_get_header_map_size: "number out",
  proxy_get_header_map_value: "number bytes given",
  proxy_add_header_map_value: "number bytes bytes",
  proxy_replace_header_map_value: "number bytes bytes",
  proxy_remove_header_map_value: "number bytes",
  proxy_continue_stream: "number",
  proxy_close_stream: "number",
  proxy_http_call: "bytes bytes bytes bytes number out",
  proxy_grpc_call: "bytes bytes bytes bytes bytes number out",
  proxy_grpc_stream: "bytes bytes bytes bytes out",
  proxy_grpc_send: "number bytes number",
  proxy_grpc_cancel: "number",
  proxy_grpc_close: "number",
  proxy_set_tick_period_milliseconds: "number",
  proxy_get_current_time_nanoseconds: "out64",
  proxy_get_shared_data: "bytes given out",
  proxy_set_shared_data: "bytes bytes number",
  proxy_register_shared_queue: "bytes out",
  proxy_resolve_shared_queue: "bytes bytes out",
  proxy_enqueue_shared_queue: "number bytes",
  proxy_dequeue_shared_queue: "number given",
  proxy_define_metric: "number bytes out",
  proxy_increment_metric: "number long",
  proxy_record_metric: "number long",
  proxy_get_metric: "number out64",
  proxy_set_effective_context: "number",
  proxy_done: "",
  proxy_call_foreign_function: "bytes bytes given",
});
/** What Envoy and Higress have besides. */
export const MORE_FUNCTIONS = functions({
  envoy_resolve_dns: "bytes out",
  proxy_redis_init: "bytes bytes bytes number",
  proxy_redis_call: "bytes bytes out",
  proxy_get_upstream_hosts: "pairs",
  proxy_set_upstream_override_host: "bytes",
  proxy_inject_encoded_data_to_filter_chain: "bytes number",
});

/** Parameter names of the callbacks. Those that answer something have a default answer. */
export const CALLBACKS = {
  proxy_on_context_create: { parameters: ["id", "parent"] },
  proxy_on_vm_start: { parameters: ["id", "size"], answer: 1 },
  proxy_on_configure: { parameters: ["id", "size"], answer: 1 },
  proxy_on_tick: { parameters: ["id"] },
  proxy_on_queue_ready: { parameters: ["id", "queue"] },
  proxy_on_request_headers: { parameters: ["id", "count", "end"], answer: 0 },
  proxy_on_request_body: { parameters: ["id", "size", "end"], answer: 0 },
  proxy_on_request_trailers: { parameters: ["id", "count"], answer: 0 },
  proxy_on_response_headers: { parameters: ["id", "count", "end"], answer: 0 },
  proxy_on_response_body: { parameters: ["id", "size", "end"], answer: 0 },
  proxy_on_response_trailers: { parameters: ["id", "count"], answer: 0 },
  proxy_on_http_call_response: { parameters: ["id", "token", "count", "size", "trailers"] },
  proxy_on_grpc_receive_initial_metadata: { parameters: ["id", "token", "count"] },
  proxy_on_grpc_receive: { parameters: ["id", "token", "size"] },
  proxy_on_grpc_receive_trailing_metadata: { parameters: ["id", "token", "count"] },
  proxy_on_grpc_close: { parameters: ["id", "token", "status"] },
  proxy_on_foreign_function: { parameters: ["id", "function", "size"] },
  proxy_on_done: { parameters: ["id"], answer: 1 },
  proxy_on_log: { parameters: ["id"] },
  proxy_on_delete: { parameters: ["id"] },
  _initialize: { parameters: [] },
  malloc: { parameters: ["size"], answer: 0 },
} as const satisfies Record<string, { parameters: readonly string[]; answer?: number }>;

export type CallbackName = keyof typeof CALLBACKS;
