import {
  Action,
  createRedisRespArray,
  createRedisRespBool,
  createRedisRespError,
  createRedisRespFloat,
  createRedisRespInt,
  createRedisRespNull,
  createRedisRespString,
  startTestHost,
  type TestHostOptions,
} from "../../src/index.ts";
import { describe, expect, test } from "../../src/vitest/index.ts";
import { guest, type Parts } from "@gateway-plugins/test-parts/guests/guest";
import { asking, refusing } from "./guests.ts";

/** A host that is closed after the test, as all gateways are. */
const start = (plugin: Uint8Array, options: Omit<TestHostOptions, "plugin"> = {}) =>
  startTestHost({ plugin, ...options });

test("moves a request on by hand, from its headers to its end", async () => {
  const host = await start(asking);
  const headers = { ":path": "/orders", ":authority": "shop.example", cookie: "a=b" };
  expect(await host.callOnHttpRequestHeaders(headers, false)).toBe(Action.HeaderStopAllIterationAndWatermark);
  expect(host.getHttpCalloutAttributes()).toMatchObject([{ cluster: "auth", path: "/auth", timeoutMs: 500 }]);
  await host.callOnHttpRequestBody("hello");
  await host.callOnHttpCall({ ":status": "200" }, "ok");
  expect(host.getHttpStreamAction()).toBe(Action.Continue);
  expect(host.getRequestHeaders()).toContainEqual(["x-user", "ann"]);
  expect(Buffer.from(host.getRequestBody()).toString()).toBe("hello");
  expect(await host.callOnHttpResponseHeaders({ "x-from": "service" })).toBe(Action.Continue);
  await host.callOnHttpStreamingResponseBody("one ", false);
  await host.callOnHttpStreamingResponseBody("two", true);
  expect(host.getResponseHeaders()).toContainEqual(["x-from", "service"]);
  expect(Buffer.from(host.getResponseBody()).toString()).toBe("one two");
  expect(host.getLocalResponse()).toBeUndefined();
  await host.completeHttp();
  expect(host.gateway.liveContexts).toBe(1);
});

test("tells the local response, and that nothing has gone to the upstream", async () => {
  const host = await start(refusing);
  await host.callOnHttpRequestHeaders({});
  expect(host.getLocalResponse()).toEqual({
    statusCode: 403,
    statusCodeDetail: "denied",
    data: "go away",
    headers: [["x-why", "no"]],
    grpcStatus: -1,
  });
  await expect(host.callOnHttpResponseHeaders({})).rejects.toThrow(
    /has not reached the upstream[^]*local response 403/,
  );
});

test("obeys a plugin that holds the request: no response can come", async () => {
  const host = await start(asking);
  await host.callOnHttpRequestHeaders({});
  await expect(host.callOnHttpResponseHeaders({})).rejects.toThrow(
    /has not reached the upstream[^]*holds the request/,
  );
  await host.callOnHttpCall({}, "");
  await host.callOnHttpResponseHeaders({}, true);
});

/** Sends `GET k` with every request, logs the reply and lets the request go. */
const cached = guest(
  ({ on, run, text, call, logGiven }: Parts) => `
  ${on("proxy_on_configure", run("proxy_redis_init", text("redis"), text(""), text(""), 500))}
  ${on("proxy_on_request_headers", `(global.set $stream (local.get $id)) ${run("proxy_redis_call", text("redis"), text("*2\r\n$3\r\nGET\r\n$1\r\nk\r\n"), 16)} (return (i32.const 4))`)}
  ${on("proxy_on_redis_call_response", `${logGiven("proxy_get_buffer_bytes", 9, 0, 1000)} (drop ${call("proxy_set_effective_context", "(global.get $stream)")}) ${run("proxy_continue_stream", 0)}`)}`,
);

describe("callOnRedisCall", () => {
  test.for([
    ["null", createRedisRespNull(), "$-1\r\n"],
    ["an error", createRedisRespError("ERR no"), "-ERR no\r\n"],
    ["a string", createRedisRespString("ß"), "$2\r\nß\r\n"],
    ["an integer", createRedisRespInt(7), ":7\r\n"],
    ["a boolean", createRedisRespBool(true), ":1\r\n"],
    ["a float", createRedisRespFloat(0.5), "$3\r\n0.5\r\n"],
    ["an array", createRedisRespArray([1, "a", null]), "*3\r\n:1\r\n$1\r\na\r\n$-1\r\n"],
  ] as const)("answers with %s", async ([, reply, wire]) => {
    const host = await start(cached, { profile: "higress" });
    await host.callOnHttpRequestHeaders({});
    expect(host.getRedisCalloutAttributes()).toMatchObject([{ cluster: "redis", command: ["GET", "k"] }]);
    await host.callOnRedisCall(0, reply);
    expect(host.gateway.logs.map(({ message }) => message)).toEqual([wire]);
    await host.completeHttp();
  });

  test("fails the connection with any other status", async () => {
    const host = await start(cached, { profile: "higress" });
    await host.callOnHttpRequestHeaders({});
    await host.callOnRedisCall(1);
    expect(host.getRedisCalloutAttributes()[0]?.answer).toMatchObject({ reply: null });
    await host.completeHttp();
  });
});

test("gives properties, to this request and to later ones", async () => {
  const plugin = guest(({ on, text, logGiven }) =>
    on(
      "proxy_on_request_headers",
      logGiven("proxy_get_property", text("route_name")) +
        logGiven("proxy_get_property", text("request\0host")),
    ),
  );
  const host = await start(plugin, { profile: "higress" });
  host.setRouteName("orders");
  host.setDomainName("shop.example");
  await host.callOnHttpRequestHeaders({});
  expect(host.gateway.logs.map(({ message }) => message)).toEqual(["orders", "shop.example"]);
  expect([host.getProperty("route_name"), host.getProperty("nothing")]).toEqual(["orders", undefined]);
  await host.completeHttp();
});

test("lets time pass to the next tick", async () => {
  const plugin = guest(
    ({ on, run, log }) =>
      on("proxy_on_configure", run("proxy_set_tick_period_milliseconds", 250)) +
      on("proxy_on_tick", log("tick")),
  );
  const host = await start(plugin);
  await host.tick();
  expect([host.getTickPeriod(), host.gateway.logs.length]).toEqual([250, 1]);
});

test("says what is missing when a step does not fit", async () => {
  const host = await start(asking);
  expect(() => host.getHttpStreamAction()).toThrow("callOnHttpRequestHeaders(headers) first");
  await expect(host.callOnHttpCall({})).rejects.toThrow("No HTTP callout is under way");
  await expect(host.callOnRedisCall(0)).rejects.toThrow("No Redis call is under way");
  await expect(host.tick()).rejects.toThrow("has not set a tick period");
  await host.callOnHttpRequestHeaders({});
  await expect(host.callOnHttpRequestHeaders({})).rejects.toThrow("completeHttp() first");
  await host.callOnHttpCall({});
  await host.completeHttp();
});
