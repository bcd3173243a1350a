import { type Binaryen, type Module, exportsOf, functionsOf } from "./binaryen.ts";

const ALLOCATE = "proxy_on_memory_allocate";
/** Host functions that never ask a plugin for memory. One that is not listed may. */
const SILENT = new Set([
  "proxy_log",
  "proxy_get_log_level",
  "proxy_get_current_time_nanoseconds",
  "proxy_add_header_map_value",
  "proxy_replace_header_map_value",
  "proxy_remove_header_map_value",
  "proxy_set_header_map_pairs",
  "proxy_set_buffer_bytes",
  "proxy_send_local_response",
  "proxy_continue_stream",
  "proxy_set_effective_context",
  "proxy_set_property",
  "proxy_set_tick_period_milliseconds",
  "proxy_define_metric",
  "proxy_increment_metric",
  "proxy_record_metric",
  "proxy_get_metric",
]);

/** Gateways insist on the export. Where no host function will call it, it refuses, and no allocator comes along for it. */
export function dropAllocator(module: Module, binaryen: Binaryen): void {
  if (functionsOf(binaryen, module).some((f) => f.module !== "" && !SILENT.has(f.base))) return;
  const name = exportsOf(binaryen, module).find((e) => e.name === ALLOCATE)?.value;
  if (name === undefined) return;
  module.removeFunction(name);
  module.addFunction(name, binaryen.i32, binaryen.i32, [], module.i32.const(0));
}
