import { startGateway, startRedis, upstream, VirtualClock } from "../../src/index.ts";
import { describe, expect, test } from "../../src/vitest/index.ts";
import { guest } from "@gateway-plugins/test-parts/guests/guest";
import { asking, complaining, refusing, trapping } from "./guests.ts";

/** What a failing expectation says. */
function complaint(expectation: () => void): string {
  try {
    expectation();
  } catch (error) {
    return (error as Error).message;
  }
  return "nothing failed";
}

async function asked() {
  const auth = upstream({ headers: { "x-user": "ann" } });
  const service = upstream({ headers: { "x-from": "service" } });
  const gateway = await startGateway({ plugin: asking, clusters: { auth }, upstream: service });
  const response = await gateway.fetch("/orders", { headers: { cookie: "a=b" } });
  return { auth, service, gateway, response };
}

describe("toHaveHeader", () => {
  test("finds headers of responses and of requests that upstreams got, whatever their case", async () => {
    const { auth, service, response } = await asked();
    expect(response).toHaveHeader("X-From");
    expect(response).toHaveHeader("x-from", "service");
    expect(response).toHaveHeader("x-from", /^serv/);
    expect(response).not.toHaveHeader("x-from", "serv");
    expect(auth.requests[0]).toHaveHeader("x-forwarded-method", "GET");
    expect(service.requests[0]).toHaveHeader("x-user", expect.stringContaining("an"));
    expect(service.requests[0]).not.toHaveHeader("cookie");
  });

  test("says what there is instead", async () => {
    const { service, response } = await asked();
    expect(complaint(() => expect(response).toHaveHeader("x-from", "elsewhere"))).toBe(
      'expected a header x-from: "elsewhere"; it is "service"',
    );
    expect(complaint(() => expect(response).not.toHaveHeader("x-from"))).toBe(
      'expected not a header x-from; it is "service"',
    );
    expect(complaint(() => expect(service.requests[0]).toHaveHeader("cookie"))).toMatch(
      /^expected a header cookie; headers:\n {2}:[^]*\n {2}x-user: ann/,
    );
    expect(complaint(() => expect(service.requests[1]).toHaveHeader("cookie"))).toContain(
      "perhaps nothing was sent",
    );
  });
});

test("toBeHeld and toHaveBeenHeld follow a request", async () => {
  const gateway = await startGateway({ plugin: asking, clusters: { auth: upstream() } });
  const request = gateway.fetch("/");
  expect(request).toBeHeld();
  expect(request).toBeHeld("request");
  expect(request).not.toBeHeld("response");
  expect(gateway).toBeHeld();
  const response = await request;
  expect(response).not.toBeHeld();
  expect(response).toHaveBeenHeld("request");
  expect(complaint(() => expect(response).toBeHeld())).toBe(
    "expected the request or response to be held; nothing is",
  );
});

test("toHaveSentLocalResponse compares what is given", async () => {
  const gateway = await startGateway({ plugin: refusing });
  const response = await gateway.fetch("/");
  expect(response).toHaveSentLocalResponse();
  expect(response).toHaveSentLocalResponse({
    status: 403,
    details: "denied",
    body: /away/,
    headers: { "X-Why": "no" },
  });
  expect(response).not.toHaveSentLocalResponse({ status: 401 });
  expect((await asked()).response).not.toHaveSentLocalResponse();
  expect(complaint(() => expect(gateway).toHaveSentLocalResponse({ status: 401 }))).toContain('"status":403');
});

test("toHaveEditedHeaders tells what plugins have left", async () => {
  const { response } = await asked();
  expect(response).toHaveEditedHeaders("request", { "x-user": "ann", cookie: null });
  expect(response).toHaveEditedHeaders("request", { "X-User": ["ann"] });
  expect(response).not.toHaveEditedHeaders("request", { "x-user": null });
  expect(response).not.toHaveEditedHeaders("response", { "x-user": "ann" });
  expect(complaint(() => expect(response).toHaveEditedHeaders("request", { cookie: "c" }))).toContain(
    'edits:\n  cookie: ["a=b"] -> []\n  x-user: [] -> ["ann"]',
  );
});

test("toHaveCalled finds a callout by cluster, request and answer", async () => {
  const { gateway, response } = await asked();
  expect(response).toHaveCalled("auth");
  expect(gateway).toHaveCalled("auth", {
    method: "GET",
    path: /^\/au/,
    status: 200,
    timeoutMs: 500,
    headers: { "x-forwarded-method": "GET" },
  });
  expect(response).not.toHaveCalled("auth", { status: 401 });
  expect(response).not.toHaveCalled("other");
  expect(complaint(() => expect(response).toHaveCalled("other"))).toContain(
    "calls:\n  auth: GET /auth -> 200",
  );
});

test("toHaveSentRedisCommand compares word by word", async ({ onTestFinished }) => {
  const clock = new VirtualClock();
  const redis = await startRedis({ clock });
  onTestFinished(() => redis.close());
  const plugin = guest(
    ({ on, run, text }) =>
      on("proxy_on_configure", run("proxy_redis_init", text("redis"), text(""), text(""), 500)) +
      on(
        "proxy_on_request_headers",
        run("proxy_redis_call", text("redis"), text("*2\r\n$3\r\nGET\r\n$5\r\nuser1\r\n"), 16),
      ),
  );
  const gateway = await startGateway({ plugin, clock, clusters: { redis } });
  await gateway.fetch("/");
  await gateway.advance(0);
  expect(gateway).toHaveSentRedisCommand("get", "user1");
  expect(gateway).toHaveSentRedisCommand("GET", /^user/);
  expect(gateway).not.toHaveSentRedisCommand("get");
  expect(complaint(() => expect(gateway).toHaveSentRedisCommand("set"))).toContain(
    'commands:\n  ["GET","user1"]',
  );
});

test("toHaveLogged finds a line, which is expected then", async () => {
  const gateway = await startGateway({ plugin: complaining });
  const response = await gateway.fetch("/");
  expect(response).not.toHaveLogged("wrong", "info");
  expect(response).toHaveLogged(/is wrong$/, "error");
  expect(complaint(() => expect(response).toHaveLogged("right"))).toContain(
    "log lines:\n  error: something is wrong",
  );
});

test("toHaveTrapped finds a trap, which is expected then", async () => {
  const gateway = await startGateway({ plugin: trapping });
  expect(gateway).not.toHaveTrapped();
  await gateway.fetch("/");
  expect(gateway).not.toHaveTrapped("divide");
  expect(gateway).toHaveTrapped(/unreachable/);
  expect(gateway.faults).toEqual([]);
});

test("toHaveMetric reads a metric by the name that the plugin gave it", async () => {
  const plugin = guest(({ on, run, text, call }) =>
    on(
      "proxy_on_request_headers",
      `${run("proxy_define_metric", 0, text("hits"), 16)} (drop ${call("proxy_increment_metric", "(i32.load (i32.const 16))", "(i64.const 2)")})`,
    ),
  );
  const gateway = await startGateway({ plugin });
  await gateway.fetch("/");
  expect(gateway).toHaveMetric("hits", 2);
  expect(gateway).not.toHaveMetric("misses");
  expect(complaint(() => expect(gateway).toHaveMetric("hits", 3))).toContain("wasmcustom.hits: 2");
});
