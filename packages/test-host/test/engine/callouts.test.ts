import { startGateway, startRedis, upstream, UpstreamReset, type StartOptions } from "../../src/index.ts";
import { expect, test } from "../../src/vitest/index.ts";
import { guest, pairs, type Parts } from "@gateway-plugins/test-parts/guests/guest";

const CALL = pairs({ ":method": "GET", ":path": "/auth", ":authority": "auth" });

const dispatch = ({ call, text }: Parts, cluster = "auth", headers = CALL, timeout = 500, body = "") =>
  call("proxy_http_call", text(cluster), text(headers), text(body), text(""), timeout, 16);

/** Holds the request for a callout, logs what came back, resumes. */
const caller = (more: (parts: Parts) => string = () => "") =>
  guest(
    (parts) => `
    ${parts.on("proxy_on_request_headers", `(global.set $stream (local.get $id)) (call $logNumber ${dispatch(parts)}) (return (i32.const 4))`)}
    ${parts.on(
      "proxy_on_http_call_response",
      `(call $logNumber (local.get $token)) (call $logNumber (i32.ne (local.get $count) (i32.const 0)))
       ${parts.logGiven("proxy_get_header_map_value", 6, parts.text(":status"))}
       ${parts.logGiven("proxy_get_buffer_bytes", 4, 0, 1000)}
       ${more(parts)}
       ${parts.run("proxy_set_effective_context", "(global.get $stream)")} ${parts.run("proxy_continue_stream", 0)}`,
    )}`,
  );

async function passThrough(target: StartOptions["upstream"], advance = 0) {
  const gateway = await startGateway({ plugin: caller(), clusters: { auth: target ?? null } });
  const pending = gateway.fetch("/");
  await gateway.advance(advance);
  expect((await pending).status).toBe(200);
  return gateway.logs.map(({ message }) => message);
}

test("delivers the whole response and resumes the request", async () => {
  expect(await passThrough(upstream({ status: 401, body: ["who ", "are you"] }))).toEqual([
    "0",
    "4",
    "1",
    "401",
    "who are you",
  ]);
});

test("stands in for a timeout with 504, at exactly the timeout", async () => {
  const never = upstream(() => new Promise(() => undefined));
  expect(await passThrough(never, 500)).toEqual(["0", "4", "1", "504", "upstream request timeout"]);
});

test.for([
  ["connect-failure", "503", "remote connection failure"],
  ["remote-reset", "503", "connection termination"],
  ["protocol-error", "502", "protocol error"],
] as const)("stands in for a %s with %s", async ([reason, status, text]) => {
  const failing = upstream(() => {
    throw new UpstreamReset(reason, "refused");
  });
  const body = `upstream connect error or disconnect/reset before headers. reset reason: ${text}`;
  expect(await passThrough(failing)).toEqual(["0", "4", "1", status, body]);
});

test.for([
  ["an unknown cluster", (parts: Parts) => dispatch(parts, "nowhere"), "2"],
  ["a negative timeout", (parts: Parts) => dispatch(parts, "auth", CALL, -1), "2"],
  [
    "no :path",
    (parts: Parts) => dispatch(parts, "auth", pairs({ ":method": "GET", ":authority": "a" })),
    "2",
  ],
  ["malformed headers", (parts: Parts) => dispatch(parts, "auth", "junk"), "2"],
  ["a cluster without a healthy host", (parts: Parts) => dispatch(parts, "empty"), "10"],
] as const)("refuses %s at once, without a callback", async ([, body, code]) => {
  const plugin = guest(
    (parts) =>
      parts.on("proxy_on_request_headers", `(call $logNumber ${body(parts)})`) +
      parts.on("proxy_on_http_call_response", parts.log("called back")),
  );
  const gateway = await startGateway({ plugin, clusters: { auth: upstream(), empty: null } });
  await gateway.fetch("/");
  expect(gateway.logs.map(({ message }) => message)).toEqual([code]);
});

test("sends the body with its content-length, and Envoy's own headers", async () => {
  const auth = upstream();
  const plugin = guest((parts) =>
    parts.on("proxy_on_request_headers", `(drop ${dispatch(parts, "auth", CALL, 500, "hello")})`),
  );
  const gateway = await startGateway({ plugin, clusters: { auth } });
  await gateway.fetch("/");
  await gateway.advance(0);
  const [request] = auth.requests;
  expect([request?.text(), request?.header("content-length"), request?.header("x-envoy-internal")]).toEqual([
    "hello",
    "5",
    "true",
  ]);
});

test("calls back for a stream that is gone, whose context is unknown then", async () => {
  let reply: (value: object) => void = () => undefined;
  const auth = upstream(() => new Promise((resolve) => (reply = resolve)));
  const plugin = guest(
    (parts) =>
      parts.on(
        "proxy_on_request_headers",
        `(global.set $stream (local.get $id)) (drop ${dispatch(parts)}) (return (i32.const 4))`,
      ) +
      parts.on(
        "proxy_on_http_call_response",
        parts.result("proxy_set_effective_context", "(global.get $stream)"),
      ),
  );
  const gateway = await startGateway({ plugin, clusters: { auth } });
  const client = new AbortController();
  const pending = gateway.fetch("/", { signal: client.signal });
  await gateway.advance(1);
  client.abort();
  await expect(pending).rejects.toThrow();
  reply({});
  await gateway.advance(0);
  expect([gateway.logs.map(({ message }) => message), gateway.liveContexts]).toEqual([["2"], 1]);
});

test("reports a stream that its callout's callback leaves paused", async () => {
  const plugin = guest(
    (parts) =>
      parts.on("proxy_on_request_headers", `(drop ${dispatch(parts)}) (return (i32.const 4))`) +
      parts.on("proxy_on_http_call_response", ""),
  );
  const gateway = await startGateway({ plugin, clusters: { auth: upstream() } });
  expect([(await gateway.fetch("/")).status, gateway.takeFault("stream-never-resumed").plugin]).toEqual([
    504,
    "plugin",
  ]);
});

test("has nothing to do for a second resume of one stream", async () => {
  const twice = caller(
    ({ run }) => run("proxy_set_effective_context", "(global.get $stream)") + run("proxy_continue_stream", 0),
  );
  const service = upstream();
  const gateway = await startGateway({ plugin: twice, clusters: { auth: upstream() }, upstream: service });
  expect((await gateway.fetch("/")).status).toBe(200);
  expect(service.requests.length).toBe(1);
});

const redisPlugin = (query: string) =>
  guest(
    ({ on, result, text, run, logGiven, call }) => `
    ${on("proxy_on_configure", result("proxy_redis_init", text("redis?db=1"), text(""), text(""), 300))}
    ${on("proxy_on_request_headers", `(global.set $stream (local.get $id)) (call $logNumber ${call("proxy_redis_call", text("redis"), text(query), 16)}) (return (i32.const 4))`)}
    ${on(
      "proxy_on_redis_call_response",
      `(call $logNumber (local.get $token)) (call $logNumber (local.get $status)) ${logGiven("proxy_get_buffer_bytes", 9, 0, 100)}
       ${run("proxy_set_effective_context", "(global.get $stream)")} ${run("proxy_continue_stream", 0)}`,
    )}`,
  );

test("runs a Redis command and hands over the raw reply, errors included", async ({ onTestFinished }) => {
  const redis = await startRedis();
  onTestFinished(() => redis.close());
  for (const [query, reply] of [
    ["*1\r\n$4\r\nPING\r\n", "+PONG\r\n"],
    ["*1\r\n$4\r\nNOPE\r\n", "-ERR unknown command"],
  ] as const) {
    const gateway = await startGateway({ plugin: redisPlugin(query), clusters: { redis } });
    expect((await gateway.fetch("/")).status).toBe(200);
    const [, , token, status, text] = gateway.logs.map(({ message }) => message);
    expect([token, status, text?.startsWith(reply)]).toEqual(["7", "0", true]);
  }
});

test("reports a Redis that is away with status 1 and an empty reply", async () => {
  const redis = await startRedis();
  await redis.close();
  const gateway = await startGateway({ plugin: redisPlugin("*1\r\n$4\r\nPING\r\n"), clusters: { redis } });
  await gateway.fetch("/");
  expect(gateway.logs.map(({ message }) => message)).toEqual(["0", "0", "7", "1", ""]);
});

test.for([
  ["an unknown cluster", {}, ["2", "2"]],
  ["a cluster without a host", { redis: null }, ["0", "10"]],
] as const)("refuses Redis calls on %s", async ([, clusters, codes]) => {
  const gateway = await startGateway({ plugin: redisPlugin("PING\r\n"), clusters });
  await gateway.fetch("/");
  gateway.takeFault("stream-never-resumed");
  expect(gateway.logs.map(({ message }) => message)).toEqual(codes);
});
