import {
  formatTrace,
  grpcService,
  startGateway,
  upstream,
  VirtualClock,
  type RequestTrace,
  type TraceStep,
} from "../../src/index.ts";
import { Gateway } from "../../src/gateway/gateway.ts";
import { gatewayConfig, LISTENER } from "../../src/testing/gateway-config.ts";
import { expect, test } from "../../src/vitest/index.ts";
import { guest, pairs } from "@gateway-plugins/test-parts/guests/guest";
import { refusing } from "../kit/guests.ts";

const CALL = pairs({ ":method": "GET", ":path": "/auth", ":authority": "auth" });
const LONG = 0x7fffffff;

/** Holds the request for a callout; then edits headers and properties, and lets it go. */
const asking = guest(
  ({ on, run, call, text, log }) => `
  ${on("proxy_on_request_headers", `(global.set $stream (local.get $id)) ${run("proxy_http_call", text("auth"), text(CALL), text(""), text(""), 500, 16)} (return (i32.const 4))`)}
  ${on(
    "proxy_on_http_call_response",
    `(drop ${call("proxy_set_effective_context", "(global.get $stream)")})
     ${run("proxy_replace_header_map_value", 0, text("x-user"), text("ann"))}
     ${run("proxy_add_header_map_value", 0, text("x-tag"), text("new"))}
     ${run("proxy_remove_header_map_value", 0, text("cookie"))}
     ${run("proxy_set_property", text("tier"), text("gold"))}
     ${run("proxy_add_header_map_value", 2, text("late"), text("1"))}
     ${log("resuming")} ${run("proxy_continue_stream", 0)}`,
  )}
  ${on("proxy_on_request_body", `(if (local.get $size) (then ${run("proxy_set_buffer_bytes", 0, 0, LONG, text("HELLO"))}))`)}`,
);

/** Real time differs from run to run. */
function withoutGuestTime(trace: RequestTrace | undefined): string {
  const steps = trace?.steps.map((step) => (step.kind === "callback" ? { ...step, guestMs: 0 } : step));
  return trace === undefined ? "" : formatTrace({ ...trace, steps: steps ?? [] });
}

test("tells a request's whole story: held, called, edited, resumed, answered", async () => {
  const auth = upstream(async (_, clock) => {
    await new Promise<void>((resolve) => clock.after(20, resolve));
    return { status: 204 };
  });
  const gateway = await startGateway({
    plugin: asking,
    name: "asking",
    clusters: { auth },
    upstream: upstream(),
  });
  const pending = gateway.fetch("/orders", {
    headers: { "x-user": "forged", cookie: "a=b" },
    body: ["hello"],
  });
  await gateway.advance(20);
  await pending;
  expect(withoutGuestTime(gateway.traces[0])).toBe(
    `
#1 POST localhost/orders: 200 (via_upstream) after 20.0 ms, 0.00 ms in plugins
    0.00 ms  asking proxy_on_request_headers(8, 0) -> StopAllIterationAndWatermark, holds the request  0.00 ms
               call GET auth/auth on auth, 500 ms at most: 204, 0 bytes after 20.0 ms
    20.0 ms  asking proxy_on_http_call_response(4, 2, 0, 0)  0.00 ms
               request headers: ~ x-user: forged => ann; - cookie: a=b; + x-tag: new
               property tier = "gold"
               proxy_add_header_map_value -> 2 BadArgument
               log info: resuming
               continues the request
    20.0 ms  asking lets the request go, held for 20.0 ms
    20.0 ms  to upstream upstream (in-process:0): POST /orders
    20.0 ms  asking proxy_on_request_body(5, 1) -> Continue  0.00 ms
               request body: 5 bytes -> 5 bytes "HELLO"
    20.0 ms  from upstream: 200
    20.0 ms  to client: 200`.trim(),
  );
});

test("is plain data", async () => {
  const gateway = await startGateway({ plugin: asking, clusters: { auth: upstream() } });
  await gateway.fetch("/orders", { body: "hello" });
  expect(JSON.parse(JSON.stringify(gateway.traces))).toEqual(gateway.traces);
});

test("says who answered in the service's place, and why", async () => {
  const gateway = await startGateway({ plugin: refusing });
  await gateway.fetch("/");
  const steps = gateway.traces[0]?.steps ?? [];
  expect(steps[0]).toMatchObject({
    kind: "callback",
    effects: [
      { kind: "local-response", status: 403, details: "denied", headers: [["x-why", "no"]], body: "go away" },
    ],
  });
  expect(steps[0]).not.toHaveProperty("holds");
  expect(steps.slice(1).map(({ kind }) => kind)).toEqual(["gateway-reply", "response"]);
  expect(gateway.traces[0]?.end).toMatchObject({ status: 403, details: "denied" });
});

test("shows a request that is under way, and where it is held", async () => {
  const auth = upstream(() => new Promise(() => undefined));
  const gateway = await startGateway({ plugin: asking, clusters: { auth } });
  const pending = gateway.fetch("/");
  const last = gateway.traces[0]?.steps.at(-1);
  expect([gateway.traces[0]?.end, last]).toEqual([
    undefined,
    expect.objectContaining({ kind: "callback", holds: "request" }),
  ]);
  await gateway.advance(500);
  await pending;
  expect(gateway.traces[0]?.steps[0]).toMatchObject({
    effects: [{ kind: "http-call", answer: { status: 504 } }],
  });
});

test("holds the trap and its backtrace", async () => {
  const plugin = guest(({ on }) => on("proxy_on_request_headers", "unreachable"));
  const gateway = await startGateway({ plugin });
  await gateway.fetch("/");
  gateway.takeFault("trap");
  const step = gateway.traces[0]?.steps[0] as TraceStep & { kind: "callback" };
  expect(step.trapped).toMatch(/Function: proxy_on_request_headers failed: .*unreachable[^]*in-VM backtrace/);
});

test("follows a gRPC call to its answer", async () => {
  const plugin = guest(({ on, run, text }) => {
    const names = [text("quota"), text("quota.Quota"), text("Check"), text("")];
    const resume =
      run("proxy_set_effective_context", "(global.get $stream)") + run("proxy_continue_stream", 0);
    return (
      on(
        "proxy_on_request_headers",
        `(global.set $stream (local.get $id)) ${run("proxy_grpc_call", ...names, text("?"), 500, 16)} (return (i32.const 4))`,
      ) +
      on("proxy_on_grpc_receive", resume) +
      on("proxy_on_grpc_close", resume)
    );
  });
  const start = (service: string) =>
    startGateway({ plugin, clusters: { quota: grpcService({ [service]: () => Promise.resolve("yes") }) } });
  const answers = [];
  for (const gateway of [await start("/quota.Quota/Check"), await start("/quota.Quota/Other")]) {
    const { trace } = await gateway.fetch("/");
    answers.push(trace.steps.flatMap((step) => ("effects" in step ? step.effects : []))[0]);
  }
  const call = {
    kind: "grpc-call",
    target: "quota",
    method: "quota.Quota/Check",
    isStream: false,
    result: 0,
  };
  expect(answers).toEqual([
    { ...call, answer: { status: 0, messages: 1, durationMs: 0 } },
    { ...call, answer: { status: 12, messages: 0, durationMs: 0 } },
  ]);
});

test("keeps what is done outside of requests apart", async () => {
  const plugin = guest(
    ({ on, run, log }) =>
      on("proxy_on_configure", run("proxy_set_tick_period_milliseconds", 10)) +
      on("proxy_on_tick", log("tick")),
  );
  const gateway = await startGateway({ plugin });
  await gateway.advance(20);
  expect(gateway.backgroundTrace.map((step) => "effects" in step && step.effects)).toEqual([
    [{ kind: "tick-period", ms: 10 }],
    [{ kind: "log", level: "info", message: "tick" }],
    [{ kind: "log", level: "info", message: "tick" }],
  ]);
  expect(gateway.traces).toEqual([]);
});

test("writes nothing down unless asked to, and keeps as many requests as asked for", async () => {
  const config = gatewayConfig({ plugin: asking, clusters: { auth: upstream() }, upstream: upstream() });
  const start = async (trace?: { keep: number }) => {
    const clock = new VirtualClock();
    const gateway = await Gateway.start(config, { profile: "envoy", clock, ...(trace && { trace }) });
    for (let i = 0; i < 3; i++) {
      const headers: [string, string][] = [
        [":method", "GET"],
        [":path", `/${i}`],
        [":authority", "a"],
      ];
      const ignore = () => undefined;
      gateway.handle(LISTENER, headers, true, {
        onHeaders: ignore,
        onData: ignore,
        onTrailers: ignore,
        onReset: ignore,
      });
      await clock.settle();
    }
    await gateway.close();
    return gateway.trace?.traces.map(({ path }) => path);
  };
  expect([await start(), await start({ keep: 2 })]).toEqual([undefined, ["/1", "/2"]]);
});
