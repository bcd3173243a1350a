/** Modules that gateways load, and that they do not, in WAT. */
const MARKER = `(func (export "proxy_abi_version_0_2_1"))`;
const MEMORY = `(memory (export "memory") 1)`;
const MALLOC = `(func (export "malloc") (param i32) (result i32) (i32.const 0))`;

/** Imports stand first in a module. */
function plain(more = "", imports = ""): string {
  return `(module ${imports} ${MARKER} ${MEMORY} ${MALLOC} ${more})`;
}

function answers(callback: string, body: string): string {
  return plain(`(func (export "${callback}") (param i32 i32) (result i32) ${body})`);
}

export interface RefusedModule {
  title: string;
  wat: string;
  /** What stands in the refusal. */
  message: string;
  /** What Envoy does with it, where that is not to refuse it with the same line. */
  onEnvoy?: "loads" | "SIGSEGV" | "SIGTRAP";
}

export const REFUSED: readonly RefusedModule[] = [
  {
    title: "without an ABI marker",
    wat: `(module ${MEMORY} ${MALLOC})`,
    message: "Wasm VM failed Missing or unknown Proxy-Wasm ABI version",
  },
  {
    title: "with a marker that Envoy does not know",
    wat: `(module ${MEMORY} ${MALLOC} (func (export "proxy_abi_version_0_2_100")))`,
    message: "the module has proxy_abi_version_0_2_100 (func)",
  },
  {
    title: "of ABI 0.1.0",
    wat: `(module ${MEMORY} ${MALLOC} (func (export "proxy_abi_version_0_1_0")))`,
    message: "exports proxy_abi_version_0_1_0, an ABI version that this host does not simulate yet",
    onEnvoy: "loads",
  },
  {
    title: "with its marker as a global",
    wat: `(module ${MEMORY} ${MALLOC} (global (export "proxy_abi_version_0_2_1") i32 (i32.const 0)))`,
    message: "Missing or unknown Proxy-Wasm ABI version",
  },
  {
    title: "that imports a Redis function on Envoy",
    wat: plain(
      "",
      `(import "env" "proxy_redis_init" (func (param i32 i32 i32 i32 i32 i32 i32) (result i32)))`,
    ),
    message: "Failed to load Wasm module due to a missing import: env.proxy_redis_init",
  },
  {
    title: "that imports env.abort",
    wat: plain("", `(import "env" "abort" (func (param i32 i32 i32 i32)))`),
    message: "Build with --use abort",
  },
  {
    title: "that imports a host function with another signature",
    wat: plain("", `(import "env" "proxy_get_log_level" (func (param i32 i32) (result i32)))`),
    message:
      "import type mismatch: env.proxy_get_log_level, want: i32 i32 -> i32, but host exports: i32 -> i32",
  },
  {
    title: "with several imports that are wrong, by the first",
    wat: plain(
      "",
      `(import "env" "proxy_get_log_level" (func (param i64) (result i32))) (import "env" "nothing" (func))`,
    ),
    message: "import type mismatch: env.proxy_get_log_level, want: i64 -> i32, but host exports: i32 -> i32",
  },
  {
    title: "that imports a function of a WASI that there is not",
    wat: plain("", `(import "wasi_snapshot_preview1" "proc_raise" (func (param i32) (result i32)))`),
    message: "missing import: wasi_snapshot_preview1.proc_raise",
  },
  {
    title: "that imports a global",
    wat: plain("", `(import "env" "base" (global i32))`),
    message: "Failed to load Wasm module due to a missing import: env.base",
  },
  {
    title: "of ABI 0.2.0 that imports what came with 0.2.1",
    wat: `(module (import "env" "proxy_get_log_level" (func (param i32) (result i32)))
      (func (export "proxy_abi_version_0_2_0")) ${MEMORY} ${MALLOC})`,
    message: "missing import: env.proxy_get_log_level",
  },
  {
    title: "that exports a callback with another signature",
    wat: plain(`(func (export "proxy_on_log") (param i32 i32))`),
    message:
      "Bad function signature for: proxy_on_log, want: i32 -> void, but the module exports: i32 i32 -> void",
  },
  {
    title: "that exports a _start with a parameter",
    wat: plain(`(func (export "_start") (param i32))`),
    message: "Bad function signature for: _start, want: void -> void, but the module exports: i32 -> void",
  },
  {
    title: "that exports an allocator of another signature",
    wat: `(module ${MARKER} ${MEMORY} (func (export "malloc") (param i64) (result i32) (i32.const 0)))`,
    message: "Bad function signature for: malloc, want: i32 -> i32, but the module exports: i64 -> i32",
  },
  {
    title: "without an allocator",
    wat: `(module ${MARKER} ${MEMORY})`,
    message: "Wasm module is missing malloc function.",
  },
  {
    title: "without exported memory",
    wat: `(module (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32))) ${MARKER} ${MALLOC}
      (func (export "proxy_on_configure") (param i32 i32) (result i32)
        (drop (call $log (i32.const 2) (i32.const 0) (i32.const 1))) (i32.const 1)))`,
    message: "the module does not export its memory: Envoy crashes (SIGSEGV)",
    onEnvoy: "SIGSEGV",
  },
  {
    title: "with more than 1 GiB of memory",
    wat: `(module ${MARKER} (memory (export "memory") 16385) ${MALLOC})`,
    message: "Failed to create new Wasm instance: 16385 pages",
  },
  {
    title: "that exports a vector function",
    wat: plain(`(func (export "dot") (param v128) (result i32) (i32.const 0))`),
    message: "the exported function dot takes or returns a v128: Envoy crashes at load (SIGTRAP)",
    onEnvoy: "SIGTRAP",
  },
  {
    title: "whose start section calls the host",
    wat: plain(
      `(start $s) (func $s (drop (call $log (i32.const 2) (i32.const 0) (i32.const 0))))`,
      `(import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32)))`,
    ),
    message: "The module's start section calls proxy_log: Envoy crashes at load (SIGSEGV)",
    onEnvoy: "SIGSEGV",
  },
  {
    title: "whose start section traps",
    wat: plain(`(start $s) (func $s (unreachable))`),
    message: "Failed to create new Wasm instance",
  },
  {
    title: "that traps in _initialize",
    wat: plain(`(func (export "_initialize") (unreachable))`),
    message: "Function: _initialize failed: Uncaught RuntimeError: unreachable",
  },
  {
    title: "that calls the host in _initialize",
    wat: plain(
      `(func (export "_initialize") (drop (call $tick (i32.const 1))))`,
      `(import "env" "proxy_set_tick_period_milliseconds" (func $tick (param i32) (result i32)))`,
    ),
    message: "Function: _initialize failed: Uncaught Error: restricted_callback",
  },
  {
    title: "that does not start",
    wat: answers("proxy_on_vm_start", "(i32.const 0)"),
    message: "Failed to start base Wasm",
  },
  {
    title: "that traps when it starts",
    wat: answers("proxy_on_vm_start", "(unreachable)"),
    message: "Function: proxy_on_vm_start failed: Uncaught RuntimeError: unreachable",
  },
  {
    title: "that takes no configuration",
    wat: answers("proxy_on_configure", "(i32.const 0)"),
    message: "Failed to configure base Wasm plugin",
  },
  {
    title: "that divides by zero in its configuration",
    wat: answers("proxy_on_configure", "(i32.div_u (i32.const 1) (i32.const 0))"),
    message: "Function: proxy_on_configure failed: Uncaught RuntimeError: divide by zero",
  },
  {
    title: "that calls itself without end",
    wat: plain(`(func $f (export "proxy_on_configure") (param i32 i32) (result i32)
      (i32.add (i32.const 1) (call $f (i32.const 0) (i32.const 0))))`),
    message: "Function: proxy_on_configure failed: Uncaught RangeError: Maximum call stack size exceeded",
  },
];

export const LOADED: readonly { title: string; wat: string }[] = [
  {
    title: "that imports what only Envoy has",
    wat: plain("", `(import "env" "envoy_resolve_dns" (func (param i32 i32 i32) (result i32)))`),
  },
  { title: "with nothing but what it must have", wat: plain() },
  { title: "of ABI 0.2.0", wat: `(module ${MEMORY} ${MALLOC} (func (export "proxy_abi_version_0_2_0")))` },
  { title: "with both markers", wat: plain(`(func (export "proxy_abi_version_0_2_100"))`) },
  { title: "with a start section that calls nobody", wat: plain(`(start $s) (func $s)`) },
  {
    title: "with imported memory and table",
    wat: `(module (import "env" "memory" (memory 2)) (import "env" "table" (table 1 funcref)) ${MARKER} ${MALLOC})`,
  },
  { title: "of exactly 1 GiB", wat: `(module ${MARKER} (memory (export "memory") 16384) ${MALLOC})` },
  {
    title: "with proxy_on_memory_allocate for an allocator",
    wat: `(module ${MARKER} ${MEMORY} (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 0)))`,
  },
  { title: "whose on_configure answers 2", wat: answers("proxy_on_configure", "(i32.const 2)") },
];
