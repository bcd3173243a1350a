import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { guest, pairs, type Parts } from "@gateway-plugins/test-parts/guests/guest";
import { stringValue, type WasmFilterText } from "../src/bootstrap.ts";
import { startBoth, type Both, type ListenerText } from "../src/both.ts";
import { header, statusOf } from "../src/http1.ts";
import { fetchRaw, request } from "../src/raw-client.ts";
import { describeOnEnvoy } from "../src/real-parts.ts";
import { type RecordingUpstream, response, startRecordingUpstream } from "../src/recording-upstream.ts";
import { cluster } from "../src/wire/wire-file.ts";

/** Traps at `/trap`, logs how many requests its VM has had, and where it is. */
const counting = guest(
  ({ on, text, run, log }) =>
    on("_initialize", log("initialize")) +
    on("proxy_on_configure", log("configure")) +
    on(
      "proxy_on_request_headers",
      `(global.set $stream (i32.add (global.get $stream) (i32.const 1)))
       ${run("proxy_add_header_map_value", 0, text("x-before"), text("1"))}
       ${run("proxy_get_header_map_value", 0, text(":path"), 0, 4)}
       (if (i32.eq (i32.load8_u offset=1 (i32.load (i32.const 0))) (i32.const 116)) (then (unreachable)))
       (call $logNumber (global.get $stream))`,
    ) +
    on("proxy_on_log", log("log")),
);

const bodies = guest(
  ({ on, log, run, text }) =>
    on("proxy_on_request_headers", `${log("headers")} (return (i32.const 1))`) +
    on(
      "proxy_on_request_body",
      log("body") + run("proxy_add_header_map_value", 0, text("x-late"), text("1")),
    ),
);

/** Answers with the bytes of its configuration. */
const echo = guest(
  ({ on, run }) =>
    on("proxy_on_configure", run("proxy_get_buffer_bytes", 7, 0, 100000, 16, 20)) +
    on(
      "proxy_on_request_headers",
      run(
        "proxy_send_local_response",
        200,
        0,
        0,
        "(i32.load (i32.const 16))",
        "(i32.load (i32.const 20))",
        0,
        0,
        -1,
      ),
    ),
);

/** Answers with its environment. */
const environment = guest(
  ({ on, run }) =>
    `(import "wasi_snapshot_preview1" "environ_get" (func $environ_get (param i32 i32) (result i32)))
     (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ_sizes_get (param i32 i32) (result i32)))` +
    on(
      "proxy_on_request_headers",
      `(drop (call $environ_sizes_get (i32.const 16) (i32.const 20)))
       (drop (call $environ_get (i32.const 2048) (i32.const 4096)))
       ${run("proxy_send_local_response", 200, 0, 0, 4096, "(i32.load (i32.const 20))", 0, 0, -1)}`,
    ),
  // Imports stand first in a module.
  {
    shape: (wat) => wat.replace(/^\(module(.*?)(\(import "wasi.*?\n.*?\(result i32\)\)\))/s, "(module $2 $1"),
  },
);

const restricted = guest(
  ({ on, result, text, log }) =>
    on("proxy_on_request_headers", result("proxy_add_header_map_value", 0, text("x-a"), text("1"))) +
    on("proxy_on_response_headers", log("never")),
);

const CALL = pairs({ ":method": "GET", ":path": "/", ":authority": "auth" });
const paused = ({ on, text, run }: Parts, body: string) =>
  on(
    "proxy_on_request_headers",
    `${run("proxy_http_call", text("auth"), text(CALL), 0, 0, text("\0\0\0\0"), 1000, 16)} (return (i32.const 1))`,
  ) + body;

const MODULES = {
  counting,
  bodies,
  echo,
  environment,
  restricted,
  "abi-0-2-0": guest(({ on, log }) => on("proxy_on_request_headers", log("served")), {
    marker: "proxy_abi_version_0_2_0",
  }),
  "traps-in-callback": guest((parts) =>
    paused(parts, parts.on("proxy_on_http_call_response", "(unreachable)")),
  ),
};
type Module = keyof typeof MODULES;

interface Case {
  title: string;
  filters: (Omit<WasmFilterText, "wasm"> & { module: Module })[];
  /** One request each. */
  paths: string[];
  body?: string;
  onEnvoy?: object;
}

const any = (type: string, more: object = {}) => ({
  configuration: { "@type": `type.googleapis.com/${type}`, ...more },
});
const one = (
  title: string,
  module: Module,
  paths: string,
  more: Partial<WasmFilterText & Case> = {},
): Case => ({
  title,
  filters: [{ module, ...more }],
  paths: paths.split(" "),
  ...(more.body !== undefined && { body: more.body }),
  ...(more.onEnvoy !== undefined && { onEnvoy: more.onEnvoy }),
});
const reload = { failure_policy: "FAIL_RELOAD", reload_config: { backoff: { base_interval: "0.002s" } } };
const struct = (value: object) => any("google.protobuf.Struct", { value });

const CASES: Case[] = [
  one("no policy", "counting", "/ /trap / /"),
  one("FAIL_CLOSED", "counting", "/ /trap /", { plugin: { failure_policy: "FAIL_CLOSED" } }),
  one("FAIL_OPEN", "counting", "/ /trap /", { plugin: { failure_policy: "FAIL_OPEN" } }),
  one("fail_open", "counting", "/ /trap /", { plugin: { fail_open: true } }),
  one("FAIL_RELOAD", "counting", "/ /trap / /", { plugin: reload }),
  one("a callback that traps while the stream is paused", "traps-in-callback", "/", {
    onEnvoy: { stream_idle_timeout: "0.2s" },
  }),
  {
    title: "two plugins in one VM",
    filters: [
      { module: "counting", name: "first", plugin: { root_id: "a" } },
      { module: "counting", name: "second", plugin: { root_id: "b" } },
    ],
    paths: ["/", "/trap", "/"],
  },
  one("stopping at headers", "bodies", "/", {
    plugin: { allow_on_headers_stop_iteration: true },
    body: "some",
  }),
  one("capabilities", "restricted", "/", {
    plugin: {
      capability_restriction_config: {
        allowed_capabilities: { proxy_log: {}, proxy_on_request_headers: {}, proxy_on_context_create: {} },
      },
    },
  }),
  one("environment variables", "environment", "/", {
    vm: { environment_variables: { key_values: { NAME: "value" } } },
  }),
  one("ABI 0.2.0", "abi-0-2-0", "/"),
  one("a text", "echo", "/", { plugin: { configuration: stringValue('{"a": 1}') } }),
  one("bytes", "echo", "/", { plugin: any("google.protobuf.BytesValue", { value: "AQID" }) }),
  one("a Struct of one", "echo", "/", { plugin: struct({ a: 1.5 }) }),
  one("a Struct of lists", "echo", "/", { plugin: struct({ l: [true, null, "x", [], {}, -2] }) }),
  one("an empty Struct", "echo", "/", { plugin: struct({}) }),
  one("a ListValue", "echo", "/", { plugin: any("google.protobuf.ListValue", { value: [1, "a"] }) }),
  one("a Value", "echo", "/", { plugin: any("google.protobuf.Value", { value: "a" }) }),
  one("a BoolValue", "echo", "/", { plugin: any("google.protobuf.BoolValue", { value: true }) }),
  one("a DoubleValue", "echo", "/", { plugin: any("google.protobuf.DoubleValue", { value: 1.5 }) }),
  one("an Int64Value", "echo", "/", { plugin: any("google.protobuf.Int64Value", { value: "-5" }) }),
  one("an Empty", "echo", "/", { plugin: any("google.protobuf.Empty") }),
  one("a TypedStruct", "echo", "/", {
    plugin: any("xds.type.v3.TypedStruct", { type_url: "t", value: { a: 1 } }),
  }),
];

describeOnEnvoy("life cycles here and on Envoy", () => {
  let both: Both;
  let upstream: RecordingUpstream;
  let auth: RecordingUpstream;
  beforeAll(async () => {
    const folder = await mkdtemp(join(tmpdir(), "lifecycle-"));
    upstream = await startRecordingUpstream();
    auth = await startRecordingUpstream();
    upstream.script = auth.script = () => response(200, "upstream");
    const listeners = CASES.map(({ filters, onEnvoy }, index): ListenerText => {
      const name = `case-${index}`;
      const texts = filters.map(({ module, vm, ...filter }) => ({
        name,
        ...filter,
        wasm: join(folder, `${module}.wasm`),
        vm: { vm_id: name, ...vm },
      }));
      return { name, filters: texts, ...(onEnvoy && { onEnvoy }) };
    });
    for (const [name, bytes] of Object.entries(MODULES)) await writeFile(join(folder, `${name}.wasm`), bytes);
    both = await startBoth(listeners, upstream.address, [cluster("auth", auth.address)]);
    return async () => {
      await both.stop();
      await Promise.all([upstream.close(), auth.close()]);
      await rm(folder, { recursive: true });
    };
  });

  async function observe(gateway: "envoy" | "live", name: string, { paths, body }: Case) {
    upstream.forget();
    const replies = [];
    for (const path of paths) {
      const reply = await fetchRaw(both.portOn(gateway, name), request(path, { ...(body && { body }) }));
      replies.push([path, statusOf(reply), reply.body.toString("latin1")]);
    }
    const seen = upstream.requests.map((each) => [header(each, "x-before"), header(each, "x-late")]);
    const log = both.logOf(gateway).filter((line) => line.includes(name));
    return { replies, seen, log };
  }

  test.for(CASES.map((each, index) => ({ ...each, name: `case-${index}` })))("$title", async (each) => {
    const expected = await observe("envoy", each.name, each);
    expect(expected.replies.length).toBe(each.paths.length);
    expect(await observe("live", each.name, each)).toEqual(expected);
  });

  test("the VMs start in the same order", () => {
    const starts = (gateway: "envoy" | "live") =>
      both.logOf(gateway).filter((line) => /(configure|initialize)$/.test(line));
    const order = starts("envoy");
    expect(order.length).toBeGreaterThan(30);
    expect(starts("live")).toEqual(order);
  });
});
