import { Gateway } from "../../src/gateway/gateway.ts";
import { startGateway, VirtualClock } from "../../src/index.ts";
import { expect, test } from "../../src/vitest/index.ts";
import { assemble, guest } from "./guest.ts";

const MARKER = `(func (export "proxy_abi_version_0_2_1"))`;
const MEMORY = `(memory (export "memory") 1)`;
const MALLOC = `(func (export "malloc") (param i32) (result i32) (i32.const 0))`;
const plain = (more = "") => `(module ${more} ${MARKER} ${MEMORY} ${MALLOC})`;

test.for([
  [
    "without an ABI marker",
    `(module ${MEMORY} ${MALLOC})`,
    "Wasm VM failed Missing or unknown Proxy-Wasm ABI version",
  ],
  [
    "with a marker that Envoy does not know",
    `(module ${MEMORY} ${MALLOC} (func (export "proxy_abi_version_0_2_100")))`,
    "the module has proxy_abi_version_0_2_100 (func)",
  ],
  [
    "of an older ABI",
    `(module ${MEMORY} ${MALLOC} (func (export "proxy_abi_version_0_1_0")))`,
    "exports proxy_abi_version_0_1_0, an ABI version that this host does not simulate yet",
  ],
  [
    "with its marker as a global",
    `(module ${MEMORY} ${MALLOC} (global (export "proxy_abi_version_0_2_1") i32 (i32.const 0)))`,
    "Missing or unknown Proxy-Wasm ABI version",
  ],
  [
    "that imports a Redis function on Envoy",
    plain(`(import "env" "proxy_redis_init" (func (param i32 i32 i32 i32 i32 i32 i32) (result i32)))`),
    "Failed to load Wasm module due to a missing import: env.proxy_redis_init",
  ],
  [
    "that imports env.abort",
    plain(`(import "env" "abort" (func (param i32 i32 i32 i32)))`),
    "Build with --use abort",
  ],
  [
    "that imports a host function with another signature",
    plain(`(import "env" "proxy_get_log_level" (func (param i32 i32) (result i32)))`),
    "import type mismatch: env.proxy_get_log_level, want: i32 i32 -> i32, but host exports: i32 -> i32",
  ],
  [
    "that exports a callback with another signature",
    plain(`(func (export "proxy_on_log") (param i32 i32))`),
    "Bad function signature for: proxy_on_log, want: i32 -> void, but the module exports: i32 i32 -> void",
  ],
  ["without an allocator", `(module ${MARKER} ${MEMORY})`, "Wasm module is missing malloc function."],
  ["without exported memory", `(module ${MARKER} ${MALLOC})`, "does not export its memory"],
  [
    "of ABI 0.2.0 that imports what came with 0.2.1",
    `(module (import "env" "proxy_get_log_level" (func (param i32) (result i32))) (func (export "proxy_abi_version_0_2_0")) ${MEMORY} ${MALLOC})`,
    "missing import: env.proxy_get_log_level",
  ],
  [
    "that imports a global",
    plain(`(import "env" "base" (global i32))`),
    "Failed to load Wasm module due to a missing import: env.base",
  ],
  [
    "with more than 1 GiB of memory",
    `(module ${MARKER} (memory (export "memory") 16385) ${MALLOC})`,
    "Failed to create new Wasm instance: 16385 pages",
  ],
  [
    "that exports a vector function",
    plain(`(func (export "dot") (param v128) (result i32) (i32.const 0))`),
    "the exported function dot takes or returns a v128: Envoy crashes at load (SIGTRAP)",
  ],
  [
    "whose start section calls the host",
    `(module (import "env" "proxy_log" (func $log (param i32 i32 i32) (result i32))) (start $s) (func $s (drop (call $log (i32.const 2) (i32.const 0) (i32.const 0)))) ${MARKER} ${MEMORY} ${MALLOC})`,
    "The module's start section calls proxy_log: Envoy crashes at load (SIGSEGV)",
  ],
  [
    "whose start section traps",
    `(module (start $s) (func $s (unreachable)) ${MARKER} ${MEMORY} ${MALLOC})`,
    "Failed to create new Wasm instance",
  ],
] as const)("refuses a module %s", async ([, wat, message]) => {
  const start = startGateway({
    plugin: assemble(wat.replace(/(\(module) (.*?)(\(import .*?\)\)\)?)/s, "$1 $3 $2")),
    profile: "envoy",
  });
  await expect(start).rejects.toMatchObject({
    code: "module-refused",
    message: expect.stringContaining(message),
  });
});

test.for([
  ["of ABI 0.2.0", `(module ${MEMORY} ${MALLOC} (func (export "proxy_abi_version_0_2_0")))`],
  ["with a start section that calls nobody", `(module (start $s) (func $s) ${MARKER} ${MEMORY} ${MALLOC})`],
  [
    "with imported memory and table",
    `(module (import "env" "memory" (memory 2)) (import "env" "table" (table 1 funcref)) ${MARKER} ${MALLOC})`,
  ],
  ["of exactly 1 GiB", `(module ${MARKER} (memory (export "memory") 16384) ${MALLOC})`],
] as const)("runs a module %s", async ([, wat]) => {
  const gateway = await startGateway({ plugin: assemble(wat), profile: "envoy", canary: false });
  expect((await gateway.fetch("/")).status).toBe(200);
});

test("refuses what is not a module", async () => {
  await expect(startGateway({ plugin: new TextEncoder().encode("(module)") })).rejects.toThrow(
    "Failed to load Wasm bytecode",
  );
});

test("says that a plugin file is missing", async () => {
  await expect(startGateway({ plugin: "dist/absent.wasm" })).rejects.toThrow("Build the plugin first");
});

test("refuses host calls while the module starts, but for the log", async () => {
  const plugin = guest(({ on, log, run }) =>
    on("_initialize", `${log("starting")} ${run("proxy_set_tick_period_milliseconds", 1)}`),
  );
  await expect(startGateway({ plugin })).rejects.toMatchObject({
    code: "start-failed",
    message: expect.stringMatching(
      /Function: _initialize failed: Uncaught Error: restricted_callback[^]*The plugin logged:\n {2}info: starting/,
    ),
  });
});

test.for([
  ["proxy_on_vm_start", "start-failed", "Failed to start base Wasm"],
  ["proxy_on_configure", "configuration-rejected", "Failed to configure base Wasm plugin"],
] as const)("rejects when %s returns 0", async ([callback, code, message]) => {
  const plugin = guest(({ on, log }) => on(callback, `${log("no")} (return (i32.const 0))`));
  await expect(startGateway({ plugin })).rejects.toMatchObject({
    code,
    message: expect.stringContaining(message),
  });
  await expect(startGateway({ plugin })).rejects.toThrow("The plugin logged:\n  info: no");
});

test("starts the base VM, a canary, the main thread and each worker, in that order", async () => {
  const plugin = guest(
    ({ on, log }) => on("_initialize", log("init")) + on("proxy_on_configure", log("configure")),
  );
  const lines: string[] = [];
  const filter = {
    name: "f",
    pluginName: "p",
    rootId: "",
    vmId: "",
    failOpen: false,
    code: { bytes: plugin },
  };
  const nothing = { vmConfiguration: new Uint8Array(), configuration: new Uint8Array() };
  const listener = { name: "l", address: { address: "127.0.0.1", port: 1 }, virtualHosts: [] };
  const gateway = await Gateway.start(
    { listeners: [{ ...listener, filters: [{ ...filter, ...nothing }] }], clusters: [] },
    {
      profile: "envoy",
      clock: new VirtualClock(),
      workers: 2,
      onLog: ({ thread, message }) => lines.push(`${thread} ${message}`),
    },
  );
  await gateway.close();
  const perThread = ["canary", "main", "worker", "worker"].flatMap((thread) => [
    `${thread} init`,
    `${thread} configure`,
  ]);
  expect(lines).toEqual(["base init", ...perThread]);
});

test.for([
  ["envoy", 4],
  ["higress", 1],
] as const)("reads header status 1 of a module with both markers as %s does", async ([profile]) => {
  const plugin = guest(
    ({ on, log }) =>
      on("proxy_on_request_headers", "(return (i32.const 1))") + on("proxy_on_request_body", log("body")),
    {
      marker: "proxy_abi_version_0_2_100",
      shape: (wat) => wat.replace(/\)$/, `(func (export "proxy_abi_version_0_2_1")))`),
    },
  );
  const gateway = await startGateway({ plugin, profile });
  const response = await gateway.fetch("/", { body: "hello" });
  if (profile === "envoy") {
    gateway.takeFault("stream-never-resumed");
    expect([response.status, gateway.logs.length]).toEqual([504, 0]);
  } else {
    expect([response.status, gateway.logs.map(({ message }) => message)]).toEqual([200, ["body", "body"]]);
  }
});
