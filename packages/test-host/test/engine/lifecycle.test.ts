import { startGateway, upstream } from "../../src/index.ts";
import { expect, test } from "../../src/vitest/index.ts";
import { guest, type Parts } from "@gateway-plugins/test-parts/guests/guest";

const CALLBACKS = [
  "proxy_on_context_create",
  "proxy_on_vm_start",
  "proxy_on_configure",
  "proxy_on_request_headers",
  "proxy_on_response_headers",
  "proxy_on_done",
  "proxy_on_log",
  "proxy_on_delete",
];
const chatty = (parts: Parts) =>
  CALLBACKS.map((name) =>
    parts.on(
      name,
      `${parts.logNumber(`${name.slice(9)} `, "(local.get $id)")} ${name === "proxy_on_done" ? "(return (i32.const 1))" : ""}`,
    ),
  ).join("");

test("calls a stream's callbacks in a gateway's order: log, done, delete at the end", async () => {
  const gateway = await startGateway({ plugin: guest(chatty) });
  await gateway.fetch("/");
  expect(gateway.logs.map(({ message }) => message)).toEqual([
    "context_create 1",
    "vm_start 1",
    "configure 1",
    "context_create 2",
    "request_headers 2",
    "response_headers 2",
    "log 2",
    "done 2",
    "delete 2",
  ]);
});

test("serves a new configuration from a new root context in the same VM, and ends the old one after its last stream", async () => {
  const gateway = await startGateway({
    plugin: guest(chatty),
    upstream: upstream(() => new Promise(() => undefined)),
    routeTimeoutMs: 1000,
  });
  const old = gateway.fetch("/");
  await gateway.advance(1);
  gateway.logs.length = 0;
  expect((await gateway.configure("new")).accepted).toBe(true);
  expect(gateway.logs.map(({ message }) => message)).toEqual([
    "context_create 3",
    "vm_start 3",
    "configure 3",
  ]);
  gateway.logs.length = 0;
  await gateway.advance(1000);
  expect((await old).status).toBe(504);
  expect(gateway.logs.map(({ message }) => message)).toEqual([
    "response_headers 2",
    "log 2",
    "done 2",
    "delete 2",
    "done 1",
    "delete 1",
  ]);
  expect(gateway.liveContexts).toBe(1);
});

const strict = guest(
  ({ on, log, logGiven, run }) =>
    on(
      "proxy_on_configure",
      `(if (i32.eq (local.get $size) (i32.const 3)) (then ${log("too short")} (return (i32.const 0)))) ${logGiven("proxy_get_buffer_bytes", 7, 0, 100)}`,
    ) + on("proxy_on_request_headers", run("proxy_get_buffer_bytes", 7, 0, 100, 0, 4)),
);

test("keeps serving the old configuration when the plugin refuses the new one, and tells what it logged", async () => {
  const gateway = await startGateway({ plugin: strict, config: { a: 1 } });
  expect(gateway.logs.map(({ message }) => message)).toEqual(['{"a":1}']);
  const { accepted, logs } = await gateway.configure("bad");
  expect([accepted, logs.map(({ message }) => message)]).toEqual([false, ["too short"]]);
  expect((await gateway.fetch("/")).status).toBe(200);
});

test("ends the VM when the allocator makes a host call", async () => {
  const plugin = guest(
    ({ on, logGiven, text, run }) =>
      on("proxy_on_request_headers", logGiven("proxy_get_header_map_value", 0, text(":path"))) +
      `(func $sneaky ${run("proxy_set_tick_period_milliseconds", 1)})`,
    {
      shape: (wat) =>
        wat.replace("(local.set $at (global.get $top))", "(local.set $at (global.get $top)) (call $sneaky)"),
    },
  );
  const gateway = await startGateway({ plugin });
  expect((await gateway.fetch("/")).status).toBe(503);
  expect(gateway.takeFault("trap").message).toContain("restricted_callback");
});

test("ticks by virtual time, re-armed after each, until the period is 0", async () => {
  const plugin = guest(
    ({ on, run, log }) =>
      on("proxy_on_configure", run("proxy_set_tick_period_milliseconds", 100)) +
      on(
        "proxy_on_tick",
        `${log("tick")} (global.set $stream (i32.add (global.get $stream) (i32.const 1))) (if (i32.eq (global.get $stream) (i32.const 3)) (then ${run("proxy_set_tick_period_milliseconds", 0)}))`,
      ),
  );
  const gateway = await startGateway({ plugin });
  await gateway.advance(250);
  expect(gateway.logs.length).toBe(2);
  await gateway.advance(1000);
  expect(gateway.logs.length).toBe(3);
});

test("counts a request's entries, host calls and bytes, and starts again at reset", async () => {
  const plugin = guest(({ on, logGiven, text }) =>
    on("proxy_on_request_headers", logGiven("proxy_get_header_map_value", 0, text(":path"))),
  );
  const gateway = await startGateway({ plugin });
  gateway.ledger.reset();
  await gateway.fetch("/123");
  expect({
    ...gateway.ledger.entries,
    ...gateway.ledger.hostCalls,
    in: gateway.ledger.bytesIn,
    allocations: gateway.ledger.allocations,
  }).toEqual({
    proxy_on_request_headers: 1,
    proxy_get_header_map_value: 1,
    proxy_log: 1,
    in: 4,
    allocations: 1,
  });
});

test("shares data and counts compare-and-swap numbers from the canary and the main thread on", async () => {
  const plugin = guest(
    ({ on, result, text }) =>
      on("proxy_on_configure", result("proxy_set_shared_data", text("k"), text("v"), 0)) +
      on(
        "proxy_on_request_headers",
        `${result("proxy_set_shared_data", text("k"), text("w"), 1)} ${result("proxy_get_shared_data", text("k"), 0, 4, 8)} (call $logNumber (i32.load (i32.const 8))) ${result("proxy_get_shared_data", text("other"), 0, 4, 8)}`,
      ),
  );
  const gateway = await startGateway({ plugin });
  await gateway.fetch("/");
  expect(gateway.logs.map(({ message }) => message)).toEqual(["0", "8", "0", "3", "1"]);
});

test("wakes the registrant once for every enqueue", async () => {
  const plugin = guest(
    ({ on, result, text, logGiven, run }) =>
      on("proxy_on_configure", run("proxy_register_shared_queue", text("jobs"), 16)) +
      on(
        "proxy_on_request_headers",
        result("proxy_enqueue_shared_queue", "(i32.load (i32.const 16))", text("job")) +
          result("proxy_enqueue_shared_queue", 99, text("job")),
      ) +
      on(
        "proxy_on_queue_ready",
        logGiven("proxy_dequeue_shared_queue", "(local.get $queue)") +
          result("proxy_dequeue_shared_queue", "(local.get $queue)", 0, 4),
      ),
  );
  const gateway = await startGateway({ plugin });
  await gateway.fetch("/");
  await gateway.advance(0);
  expect(gateway.logs.map(({ message }) => message)).toEqual(["0", "1", "job", "7"]);
});

test("shows metrics under Envoy's names", async () => {
  const plugin = guest(({ on, run, text }) =>
    on(
      "proxy_on_request_headers",
      `${run("proxy_define_metric", 0, text("hits"), 16)} ${run("proxy_increment_metric", "(i32.load (i32.const 16))", "(i64.const 3)")}`,
    ),
  );
  const gateway = await startGateway({ plugin });
  await gateway.fetch("/");
  expect(gateway.metrics).toEqual({ "wasmcustom.hits": 3 });
});

test("reports a stream that is paused and never resumed, and answers as the idle timeout would", async () => {
  const gateway = await startGateway({
    plugin: guest(({ on }) => on("proxy_on_request_headers", "(return (i32.const 1))")),
  });
  const response = await gateway.fetch("/");
  expect([response.status, response.text(), response.details]).toEqual([
    504,
    "stream timeout",
    "stream_idle_timeout",
  ]);
  gateway.takeFault("stream-never-resumed");
});

test.for([
  ["top-level on Higress", "higress", "route_name", "orders"],
  ["under xds on Envoy", "envoy", "xds\0route_name", "orders"],
  ["plugin_name everywhere", "envoy", "plugin_name", "waf"],
  ["request headers joined", "envoy", "request\0headers\0x-a", "1,2"],
] as const)("gives properties: %s", async ([, profile, path, value]) => {
  const plugin = guest(({ on, logGiven, text }) =>
    on("proxy_on_request_headers", logGiven("proxy_get_property", text(path))),
  );
  const gateway = await startGateway({ plugin, name: "waf", profile, routeName: "orders" });
  await gateway.fetch("/", {
    headers: [
      ["x-a", "1"],
      ["x-a", "2"],
    ],
  });
  expect(gateway.logs.map(({ message }) => message)).toEqual([value]);
});

test.for([
  ["route_name", "1"],
  ["request", "3"],
  ["", "3"],
  ["nothing", "1"],
])("answers property %j on Envoy with %s", async ([path, code]) => {
  const plugin = guest(({ on, result, text }) =>
    on("proxy_on_request_headers", result("proxy_get_property", text(path!), 0, 4)),
  );
  const gateway = await startGateway({ plugin });
  await gateway.fetch("/");
  expect(gateway.logs[0]?.message).toBe(code);
});
