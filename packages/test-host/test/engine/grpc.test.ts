import { grpcService, GrpcError, startGateway, UpstreamReset, type GrpcMethod } from "../../src/index.ts";
import { expect, test } from "../../src/vitest/index.ts";
import { guest, type Parts } from "@gateway-plugins/test-parts/guests/guest";

const METHOD = (p: Parts) => [p.text("quota.Quota"), p.text("Check")] as const;
const names = (p: Parts, target: string) => [p.text(target), ...METHOD(p), p.text("")] as const;

/** Holds the request for one call, logs how it ended, resumes. */
const caller = (target = "quota") =>
  guest((p) => {
    const resume =
      p.run("proxy_set_effective_context", "(global.get $stream)") + p.run("proxy_continue_stream", 0);
    const ended = `${p.run("proxy_get_status", 24, 0, 4)} (call $logGiven) ${resume}`;
    return [
      p.on(
        "proxy_on_request_headers",
        `(global.set $stream (local.get $id))
         ${p.result("proxy_grpc_call", ...names(p, target), p.text("how much?"), 500, 16)} (return (i32.const 4))`,
      ),
      p.on("proxy_on_grpc_receive", `${p.logGiven("proxy_get_buffer_bytes", 5, 0, 1000)} ${resume}`),
      p.on("proxy_on_grpc_close", `(call $logNumber (local.get $status)) ${ended}`),
    ].join("\n");
  });

async function outcomeOf(method: GrpcMethod | undefined, advance = 0) {
  const quota = grpcService(method === undefined ? {} : { "/quota.Quota/Check": method });
  const gateway = await startGateway({ plugin: caller(), clusters: { quota } });
  const pending = gateway.fetch("/");
  await gateway.advance(advance);
  expect((await pending).status).toBe(200);
  return { logs: gateway.logs.map(({ message }) => message), calls: quota.calls };
}

test("hands over the answer of a gRPC service in the test, which remembers the call", async () => {
  const { logs, calls } = await outcomeOf(async (call) => `you asked: ${await text(call.receive())}`);
  expect(logs).toEqual(["0", "you asked: how much?"]);
  expect(calls.map(({ path, messages }) => [path, String(Buffer.concat(messages))])).toEqual([
    ["/quota.Quota/Check", "how much?"],
  ]);
});

const text = async (message: Promise<Uint8Array | undefined>) =>
  Buffer.from((await message) ?? []).toString();

test.for<[string, GrpcMethod | undefined, string[], advance?: number]>([
  ["an error of the service", () => Promise.reject(new GrpcError(7, "no")), ["7", "no{via_upstream}"]],
  [
    "a method that the service does not have",
    undefined,
    ["12", "no method /quota.Quota/Check{via_upstream}"],
  ],
  ["an answer without a message", () => undefined, ["13", ""]],
  [
    "a reset",
    () => Promise.reject(new UpstreamReset("stream-reset")),
    [
      "14",
      "upstream connect error or disconnect/reset before headers. reset reason: remote reset{upstream_reset_before_response_started{remote_reset}}",
    ],
  ],
  [
    "a timeout, at exactly its time",
    () => new Promise(() => undefined),
    ["14", "upstream request timeout{response_timeout}"],
    500,
  ],
])("tells of %s through on_grpc_close alone", async ([, method, end, advance]) => {
  expect((await outcomeOf(method, advance)).logs).toEqual(["0", ...end]);
});

test("carries the messages of a stream both ways, one by one", async () => {
  const chat = grpcService({
    async *"/quota.Quota/Check"(call) {
      call.initialMetadata.push(["x-who", "server"]);
      for (let message = await call.receive(); message !== undefined; message = await call.receive())
        yield `re: ${Buffer.from(message).toString()}`;
      call.trailingMetadata.push(["x-why", "end"]);
    },
  });
  const plugin = guest((p) =>
    [
      p.on(
        "proxy_on_request_headers",
        `${p.run("proxy_grpc_stream", ...names(p, "chat"), 16)}
         ${p.run("proxy_grpc_send", "(i32.load (i32.const 16))", p.text("one"), 0)}
         ${p.run("proxy_grpc_send", "(i32.load (i32.const 16))", p.text("two"), 1)}`,
      ),
      p.on(
        "proxy_on_grpc_receive_initial_metadata",
        p.logGiven("proxy_get_header_map_value", 4, p.text("x-who")),
      ),
      p.on("proxy_on_grpc_receive", p.logGiven("proxy_get_buffer_bytes", 5, 0, 100)),
      p.on(
        "proxy_on_grpc_receive_trailing_metadata",
        p.logGiven("proxy_get_header_map_value", 5, p.text("x-why")),
      ),
      p.on("proxy_on_grpc_close", "(call $logNumber (local.get $status))"),
    ].join("\n"),
  );
  const gateway = await startGateway({ plugin, clusters: { chat } });
  await gateway.fetch("/");
  await gateway.advance(0);
  expect(gateway.logs.map(({ message }) => message)).toEqual(["server", "re: one", "re: two", "end", "0"]);
});

test.for([
  ["grpc-target-unset", "empty", "Envoy aborts the process"],
  ["not-simulated", "\u0012\u0003\u000a\u0001x", "google_grpc"],
] as const)("reports the fault %s", async ([code, target, said]) => {
  const gateway = await startGateway({ plugin: caller(target), clusters: { empty: null } });
  await gateway.fetch("/");
  gateway.takeFault("stream-never-resumed");
  expect(gateway.takeFault(code).message).toContain(said);
  expect(gateway.logs.map(({ message }) => message)).toEqual(["10"]);
});
