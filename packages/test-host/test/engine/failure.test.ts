import { startGateway, upstream } from "../../src/index.ts";
import { expect, test } from "../../src/vitest/index.ts";
import { guest, pairs, type Parts } from "@gateway-plugins/test-parts/guests/guest";

const trapping = (callback: string) =>
  guest(
    ({ on }) =>
      on("proxy_on_request_headers", callback === "proxy_on_request_headers" ? "(unreachable)" : "") +
      (callback === "proxy_on_request_headers" ? "" : on(callback, "(unreachable)")),
  );

test.for(["proxy_on_context_create", "proxy_on_request_headers", "proxy_on_response_headers"])(
  "answers 503 when %s traps, and for every request after it",
  async (callback) => {
    const plugin = guest(({ on }) =>
      on(
        callback,
        callback === "proxy_on_context_create"
          ? "(if (local.get $parent) (then (unreachable)))"
          : "(unreachable)",
      ),
    );
    const gateway = await startGateway({ plugin });
    const responses = [await gateway.fetch("/"), await gateway.fetch("/")];
    expect(responses.map(({ status, details }) => [status, details])).toEqual([
      [503, "wasm_fail_stream"],
      [503, "wasm_fail_stream"],
    ]);
    const fault = gateway.takeFault("trap");
    expect(fault.message).toContain(`Function: ${callback} failed: Uncaught RuntimeError: unreachable`);
    expect(gateway.logs.at(-1)?.message).toContain("Proxy-Wasm plugin in-VM backtrace:");
  },
);

test("skips a trapped plugin that fails open", async () => {
  const gateway = await startGateway({ plugin: trapping("proxy_on_request_headers"), failOpen: true });
  expect([(await gateway.fetch("/")).status, (await gateway.fetch("/")).status]).toEqual([200, 200]);
  gateway.takeFault("trap");
});

test("cuts the response when its body callback traps", async () => {
  const gateway = await startGateway({ plugin: trapping("proxy_on_response_body") });
  const response = await gateway.fetch("/");
  expect([response.status, response.reset]).toEqual([200, "wasm_fail_stream"]);
  gateway.takeFault("trap");
});

const LOOP = "(loop $forever (br $forever))";
const WATCHDOG_MS = 200;

test.for([
  ["_initialize", LOOP],
  ["proxy_on_vm_start", LOOP],
  ["proxy_on_configure", LOOP],
] as const)("refuses a plugin that never returns from %s", async ([callback, body]) => {
  const plugin = guest(({ on }) => on(callback, body));
  await expect(startGateway({ plugin, watchdogMs: WATCHDOG_MS })).rejects.toMatchObject({
    code: "start-failed",
    message: expect.stringContaining(`Function: ${callback} did not return within 200 ms`),
  });
});

test("refuses a module whose start section never returns", async () => {
  const plugin = guest(() => `(func $endless ${LOOP}) (start $endless)`);
  await expect(startGateway({ plugin, watchdogMs: WATCHDOG_MS })).rejects.toThrow(
    "did not return within 200 ms",
  );
});

test.for(["proxy_on_request_headers", "proxy_on_response_headers", "proxy_on_request_body"])(
  "ends a plugin that never returns from %s, and names it",
  async (callback) => {
    const gateway = await startGateway({
      plugin: guest(({ on }) => on(callback, LOOP)),
      name: "endless",
      watchdogMs: WATCHDOG_MS,
    });
    expect((await gateway.fetch("/", { body: "some" })).status).toBe(503);
    expect((await gateway.fetch("/")).status).toBe(503);
    expect(gateway.takeFault("guest-hung")).toMatchObject({
      plugin: "endless",
      message: expect.stringContaining(`Function: ${callback} did not return within 200 ms`),
    });
  },
);

test("ends an allocator that never returns", async () => {
  const plugin = guest(
    ({ on, logGiven, text }) =>
      on("proxy_on_request_headers", logGiven("proxy_get_header_map_value", 0, text(":path"))),
    { shape: (wat) => wat.replace("(local.set $at (global.get $top))", LOOP) },
  );
  const gateway = await startGateway({ plugin, watchdogMs: WATCHDOG_MS });
  expect((await gateway.fetch("/")).status).toBe(503);
  expect(gateway.takeFault("guest-hung").message).toContain("Function: proxy_on_request_headers");
});

const REQUEST = pairs({ ":method": "GET", ":path": "/", ":authority": "auth" });
const calling = ({ on, text, run }: Parts, callback: string) =>
  on(
    "proxy_on_request_headers",
    `${run("proxy_http_call", text("auth"), text(REQUEST), 0, 0, text("\0\0\0\0"), 1000, 16)} (return (i32.const 1))`,
  ) + on("proxy_on_http_call_response", callback);

test.for([
  ["traps", "(unreachable)", "trap"],
  ["never returns", LOOP, "guest-hung"],
] as const)(
  "reports the streams that a callout's callback leaves paused when it %s",
  async ([, body, code]) => {
    const gateway = await startGateway({
      plugin: guest((parts) => calling(parts, body)),
      clusters: { auth: upstream() },
      watchdogMs: WATCHDOG_MS,
    });
    const responses = Promise.all([gateway.fetch("/a"), gateway.fetch("/b")]);
    await gateway.advance(1);
    expect((await responses).map(({ status, details }) => [status, details])).toEqual([
      [503, "wasm_fail_stream"],
      [503, "wasm_fail_stream"],
    ]);
    gateway.takeFault(code);
    const faults = [gateway.takeFault("stream-left-paused"), gateway.takeFault("stream-left-paused")];
    for (const { message } of faults) expect(message).toContain("(in proxy_on_http_call_response)");
  },
);

/** Traps at `/trap` and says which VM a request was in, counted from 1. */
const counting = guest(
  ({ on, text, run, call }) =>
    on(
      "proxy_on_request_headers",
      `(global.set $stream (i32.add (global.get $stream) (i32.const 1)))
       ${run("proxy_add_header_map_value", 0, text("x-before"), text("1"))}
       ${run("proxy_get_header_map_value", 0, text(":path"), 0, 4)}
       (if (i32.eq (i32.load8_u offset=1 (i32.load (i32.const 0))) (i32.const 116)) (then (unreachable)))
       (call $logNumber (global.get $stream))`,
    ) + on("proxy_on_log", `(drop ${call("proxy_log", 2, text("logged"))})`),
);

test.for([
  ["", {}, [503, 503], 0],
  ["FAIL_CLOSED", { failurePolicy: "FAIL_CLOSED" }, [503, 503], 0],
  ["FAIL_OPEN", { failurePolicy: "FAIL_OPEN" }, [503, 200], 1],
  ["fail_open: true", { failOpen: true }, [200, 200], 2],
] as const)(
  "with the policy %j answers the failing stream and the next",
  async ([, policy, statuses, passed]) => {
    const service = upstream();
    const gateway = await startGateway({ plugin: counting, upstream: service, ...policy });
    const responses = [await gateway.fetch("/trap"), await gateway.fetch("/")];
    expect(responses.map(({ status }) => status)).toEqual(statuses);
    expect(service.requests.length).toBe(passed);
    if (passed === 2) {
      expect(service.requests.map((request) => request.header("x-before"))).toEqual(["1", null]);
    }
    gateway.takeFault("trap");
  },
);

test("with FAIL_RELOAD makes a new VM for the next stream, and waits for the back-off before another", async () => {
  const gateway = await startGateway({
    plugin: counting,
    failurePolicy: "FAIL_RELOAD",
    reloadBackoffMs: 500,
  });
  const statusOf = async (path: string) => (await gateway.fetch(path)).status;
  expect([await statusOf("/"), await statusOf("/trap"), await statusOf("/")]).toEqual([200, 503, 503]);
  await gateway.advance(500);
  expect([await statusOf("/"), await statusOf("/"), await statusOf("/trap")]).toEqual([200, 200, 503]);
  await gateway.advance(499);
  expect(await statusOf("/")).toBe(503);
  await gateway.advance(1);
  expect(await statusOf("/")).toBe(200);
  expect(gateway.logs.filter(({ source }) => source === "guest").map(({ message }) => message)).toEqual(
    "1 logged 1 logged 2 logged 1 logged".split(" "),
  );
  gateway.takeFault("trap");
  gateway.takeFault("trap");
});

test("on Higress makes a new VM whatever the policy, at most once a second", async () => {
  const gateway = await startGateway({ plugin: counting, profile: "higress" });
  const statusOf = async (path: string) => (await gateway.fetch(path)).status;
  expect([
    await statusOf("/trap"),
    await statusOf("/"),
    await statusOf("/trap"),
    await statusOf("/"),
  ]).toEqual([503, 200, 503, 503]);
  await gateway.advance(1000);
  expect(await statusOf("/")).toBe(200);
  gateway.takeFault("trap");
  gateway.takeFault("trap");
});

test("on Higress makes a new VM for a plugin that asks for it, between requests", async () => {
  const plugin = guest(({ on, text, run }) =>
    on(
      "proxy_on_request_headers",
      `(global.set $stream (i32.add (global.get $stream) (i32.const 1))) (call $logNumber (global.get $stream))
       ${run("proxy_set_property", text("wasm_need_rebuild"), text("true"))}`,
    ),
  );
  const gateway = await startGateway({ plugin, profile: "higress" });
  await gateway.fetch("/");
  await gateway.fetch("/");
  await gateway.advance(1000);
  await gateway.fetch("/");
  expect(gateway.logs.map(({ message }) => message)).toEqual(["1", "2", "1"]);
});

test("spreads requests over workers, whose VMs fail one by one", async () => {
  const gateway = await startGateway({ plugin: counting, workers: 2 });
  const paths = ["/", "/", "/", "/trap", "/", "/"];
  const statuses: number[] = [];
  for (const path of paths) statuses.push((await gateway.fetch(path)).status);
  expect(statuses).toEqual([200, 200, 200, 503, 200, 503]);
  expect(gateway.logs.filter(({ message }) => /^\d$/.test(message)).map(({ message }) => message)).toEqual(
    "1 1 2 3".split(" "),
  );
  gateway.takeFault("trap");
});

test("takes a plugin's VM from all that share it", async () => {
  const gateway = await startGateway({
    plugins: [
      { plugin: counting, name: "first", rootId: "1" },
      { plugin: counting, name: "second", rootId: "2" },
    ],
  });
  expect((await gateway.fetch("/")).status).toBe(200);
  expect(gateway.logs.map(({ message }) => message).slice(0, 2)).toEqual(["1", "2"]);
  expect((await gateway.fetch("/trap")).status).toBe(503);
  expect((await gateway.fetch("/")).status).toBe(503);
  gateway.takeFault("trap");
});

test("answers 10 for host functions that a plugin may not have, and leaves callbacks out", async () => {
  const plugin = guest(
    ({ on, result, text, run, log }) =>
      on("proxy_on_request_headers", result("proxy_add_header_map_value", 0, text("x-a"), text("1"))) +
      on("proxy_on_response_headers", log("never")) +
      on("proxy_on_tick", run("proxy_done")),
  );
  const service = upstream();
  const gateway = await startGateway({
    plugin,
    upstream: service,
    allowedCapabilities: ["proxy_log", "proxy_on_request_headers"],
  });
  expect((await gateway.fetch("/")).status).toBe(200);
  expect(gateway.logs.map(({ message }) => message)).toEqual([
    "Attempted call to restricted proxy-wasm capability: proxy_add_header_map_value",
    "10",
  ]);
  expect(service.requests[0]?.header("x-a")).toBeNull();
});

test("ticks on the main thread too, where nothing is served", async () => {
  const plugin = guest(
    ({ on, run, text }) =>
      on(
        "proxy_on_configure",
        run("proxy_define_metric", 0, text("ticks"), 16) + run("proxy_set_tick_period_milliseconds", 100),
      ) + on("proxy_on_tick", run("proxy_increment_metric", "(i32.load (i32.const 16))", "(i64.const 1)")),
  );
  const gateway = await startGateway({ plugin, workers: 2 });
  await gateway.advance(100);
  expect(gateway.metrics).toEqual({ "wasmcustom.ticks": 3 });
});
