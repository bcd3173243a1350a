import { startGateway, startRedis, upstream } from "@gateway-plugins/test-host";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { BUILDS, build } from "./compile.ts";

const HEADER = `import { Action, Cluster, Failure, HttpCall, HttpClient, Plugin, RedisClient, log } from "@gateway-plugins/sdk";
import { HeadersStatus, hold } from "@gateway-plugins/sdk/advanced";
const one = new HttpClient(Cluster.named("one"));
const two = new HttpClient(Cluster.named("two"));
`;

describe.for(BUILDS)("calls (%s)", ([, flags]) => {
  const start = async (source: string, options: Omit<Parameters<typeof startGateway>[0], "plugin"> = {}) =>
    startGateway({ plugin: await build(HEADER + source, flags), name: "calls", ...options });

  test("run in sequence, one from the callback of the other, with an object passed on", async () => {
    const service = upstream();
    const gateway = await start(
      `class User { constructor(public name: string) {} }
      new Plugin("p").onRequestHeaders((ctx) => one.get("/user").send(ctx, (ctx, response) => {
        const user = new User(response.headers.get("x-user") || "");
        return two.get("/plan/" + user.name).sendWith(ctx, user, (ctx, response, user) => {
          ctx.request.headers.set("x-user", user.name);
          ctx.request.headers.set("x-plan", response.text());
          return Action.Continue;
        });
      }));`,
      {
        upstream: service,
        clusters: {
          one: upstream({ headers: { "x-user": "ada" } }),
          two: upstream((request) => ({ body: request.path })),
        },
      },
    );
    expect((await gateway.fetch("/")).status).toBe(200);
    expect([service.requests[0]?.header("x-user"), service.requests[0]?.header("x-plan")]).toEqual([
      "ada",
      "/plan/ada",
    ]);
  });

  test("hold the message until the last of several is back", async () => {
    const service = upstream();
    const slow = upstream(async (_, clock) => {
      await new Promise<void>((resolve) => void clock.after(100, resolve));
      return {};
    });
    const gateway = await start(
      `new Plugin("p").onRequestHeaders((ctx) => {
        const first = one.get("/").send(ctx, (ctx, response) => { ctx.request.headers.append("x-seen", "one"); return Action.Continue; });
        const second = two.get("/").send(ctx, (ctx, response) => { ctx.request.headers.append("x-seen", "two"); return Action.Continue; });
        return first == second ? first : second;
      });`,
      { upstream: service, clusters: { one: upstream(), two: slow } },
    );
    const pending = gateway.fetch("/");
    await gateway.advance(99);
    expect(service.requests).toEqual([]);
    await gateway.advance(1);
    expect((await pending).status).toBe(200);
    expect(
      service.requests[0]?.headers.filter(([name]) => name === "x-seen").map(([, value]) => value),
    ).toEqual(["one", "two"]);
  });

  test("do nothing after the request is answered", async () => {
    const gateway = await start(
      `new Plugin("p").onRequestHeaders((ctx) => {
        const answer = ctx.respond(403, "first");
        const second = ctx.respond(500, "second");
        const call = one.get("/").send(ctx, (ctx, response) => ctx.respond(501));
        return call == second ? answer : call;
      });`,
      { clusters: { one: upstream() } },
    );
    const response = await gateway.fetch("/");
    expect([response.status, response.text()]).toEqual([403, "first"]);
    expect(gateway.logs.map(({ message }) => message)).toEqual([
      "p: too late: answered or over, or call under way",
      "p: too late: answered or over, or call under way",
    ]);
  });

  test("go out once at a time, and again from their own callback", async () => {
    const service = upstream();
    const gateway = await start(
      `let call: HttpCall = one.get("/");
      new Plugin("p").onRequestHeaders((ctx) => {
        call = one.get("/");
        const first = call.send(ctx, (ctx, response) => call.send(ctx, (ctx, response) => ctx.respond(201)));
        const second = call.send(ctx, (ctx, response) => ctx.respond(500));
        return first == second ? first : second;
      });`,
      { clusters: { one: service } },
    );
    expect((await gateway.fetch("/")).status).toBe(201);
    expect(service.requests).toHaveLength(2);
    expect(gateway.logs.map(({ message }) => message)).toEqual([
      "p: too late: answered or over, or call under way",
    ]);
  });

  test.for([
    ["goes out as 500", "", ["99 cannot be sent as a status, 500 goes out: use 200 to 599"], 500],
    [
      "is not spoken of when its answer is ignored",
      "ctx.respond(403);",
      ["too late: answered or over, or call under way"],
      403,
    ],
  ] as const)("a status that cannot be sent %s", async ([, first, lines, status]) => {
    const gateway = await start(
      `import { RequestContext } from "@gateway-plugins/sdk";
      function answer(ctx: RequestContext<NoConfig, NoState>, status: i32): Action { const first = ${first || "Action.Continue;"} return ctx.respond(status); }
      new Plugin("p").onRequestHeaders((ctx) => answer(ctx, ctx.request.path.length + 98));`,
    );
    expect((await gateway.fetch("/")).status).toBe(status);
    expect(gateway.logs.map(({ message }) => message)).toEqual(lines.map((line) => `p: ${line}`));
  });

  test.for([
    ["unknown cluster", {}, ""],
    ["no healthy host", { one: null }, ""],
    ["invalid request", { one: upstream() }, "/with space"],
    ["malformed reply", { one: upstream({ status: 502 }) }, "", "status 502"],
    ["timeout expired", { one: upstream(() => new Promise<never>(() => undefined)) }, ""],
  ] as const)("tell %s apart", async ([reason, clusters, path, told]) => {
    const gateway = await start(
      `new Plugin("p").onRequestHeaders((ctx) => one.get("/" + (ctx.request.headers.get("x-path") || "")).send(ctx, (ctx, response) => ctx.respond(503, response.reason)));`,
      { clusters: clusters as never },
    );
    const pending = gateway.fetch("/", { headers: { "x-path": path } });
    await gateway.advance(500);
    expect((await pending).text()).toBe(told ?? reason);
  });

  test.for([
    [
      "outbound|8080||a.static",
      "unknown cluster",
      "; the port of a static service is 80, whatever the port of its addresses",
    ],
    ["outbound|80||a.static", "unknown cluster", "; check the service's name, with its type, and its port"],
    ["outbound|8080||a.dns", "unknown cluster", "; check the service's name, with its type, and its port"],
    [
      "empty",
      "no healthy host",
      "; its hosts are down, it has none, or its circuit breaker in the gateway is open",
    ],
    ["slow", "timeout expired", ""],
    ["fine", "status 404", ""],
  ] as const)("say what is wrong with %s", async ([cluster, reason, hint]) => {
    const gateway = await start(
      `new Plugin("p").onRequestHeaders((ctx) => {
        const client = new HttpClient(Cluster.named(ctx.request.headers.get("x-cluster") || ""));
        return client.get("/").send(ctx, (ctx, response) => ctx.respond(200, response.diagnose()));
      });`,
      {
        clusters: {
          empty: null,
          slow: upstream(() => new Promise<never>(() => undefined)),
          fine: upstream({ status: 404 }),
        },
      },
    );
    const pending = gateway.fetch("/", { headers: { "x-cluster": cluster } });
    await gateway.advance(500);
    expect((await pending).text()).toBe(`${reason}: cluster ${cluster}${hint}`);
  });

  test("that fail at once for ever end with 500", async () => {
    const gateway = await start(
      `import { RequestContext } from "@gateway-plugins/sdk";
        function retry(ctx: RequestContext<NoConfig, NoState>): Action { return one.get("/").send(ctx, (ctx, response) => retry(ctx)); }
        new Plugin("p").onRequestHeaders((ctx) => retry(ctx));`,
    );
    expect((await gateway.fetch("/")).status).toBe(500);
    expect(gateway).toHaveLogged("held without a call, or 16 failed at once");
  });

  test("of a client that has gone away leave nothing behind", async () => {
    const gateway = await start(
      `new Plugin("p").onRequestHeaders((ctx) => one.get("/").send(ctx, (ctx, response) => { log.error("callback"); return Action.Continue; }));`,
      { clusters: { one: upstream(() => new Promise<never>(() => undefined)) } },
    );
    const away = new AbortController();
    const pending = gateway.fetch("/", { signal: away.signal });
    await gateway.advance(1);
    away.abort(new Error("gone"));
    await expect(pending).rejects.toThrow("gone");
    await gateway.advance(500);
    expect([gateway.liveContexts, gateway.logs]).toEqual([1, []]);
  });

  test("are made before a response leaves, too", async () => {
    const gateway = await start(
      `new Plugin("p").onResponseHeaders((ctx) => one.get("/").send(ctx, (ctx, response) => {
        ctx.response.headers.set("x-checked", response.status.toString());
        return ctx.response.status == 404 ? ctx.respond(418, "teapot") : Action.Continue;
      }));`,
      {
        clusters: { one: upstream() },
        upstream: upstream((request) => ({ status: request.path === "/missing" ? 404 : 200, body: "body" })),
      },
    );
    const response = await gateway.fetch("/");
    expect([response.headers.get("x-checked"), response.text()]).toEqual(["200", "body"]);
    expect((await gateway.fetch("/missing")).status).toBe(418);
  });

  test("for a request's body do not hold the response that has begun meanwhile", async () => {
    const slow = upstream(async (_, clock) => {
      await new Promise<void>((resolve) => void clock.after(100, resolve));
      return {};
    });
    const early = upstream({ status: 200, body: "early" });
    const gateway = await start(
      `new Plugin("p")
        .onRequestBody((ctx, body) => one.get("/").send(ctx, (ctx, response) => Action.Continue))
        .onResponseHeaders((ctx) => { ctx.response.headers.set("x-seen", "yes"); return Action.Continue; });`,
      { clusters: { one: slow }, upstream: early },
    );
    const pending = gateway.fetch("/", { body: ["a", "b"] });
    await gateway.advance(100);
    const response = await pending;
    expect([response.text(), response.headers.get("x-seen")]).toEqual(["early", "yes"]);
  });

  test.for([
    [
      "an answer in the log phase",
      `.onLog((ctx) => { const k = kept; if (k) { const a = k.respond(500); } })`,
      "too late",
    ],
    [
      "a call in the log phase",
      `.onLog((ctx) => { const k = kept; if (k) { const a = one.get("/").send<RequestContext<NoConfig, NoState>>(k, (ctx, response) => ctx.respond(500)); } })`,
      "too late",
    ],
    [
      "an answer to a body on its way out",
      `.onResponseBody((ctx, body) => { const k = kept; if (k) { const a = k.respond(500); } return Action.Continue; })`,
      "too late",
    ],
  ] as const)("refuse %s through a context that was kept", async ([, handler, line]) => {
    const gateway = await start(
      `import { RequestContext } from "@gateway-plugins/sdk";
      let kept: RequestContext<NoConfig, NoState> | null = null;
      function keep(ctx: RequestContext<NoConfig, NoState>): void { kept = ctx; }
      new Plugin("p").onRequestHeaders((ctx) => { keep(ctx); return Action.Continue; })${handler};`,
    );
    const response = await gateway.fetch("/get");
    expect(response.status).toBe(200);
    expect(gateway.logs.map(({ message }) => message).join()).toContain(line);
  });

  test.for([
    ["method = HEAD", `ctx.request.method = "HEAD"`, "refused to change :method"],
    ["path with a space", `ctx.request.path = "/a b"`, "refused to change :path"],
    ["path with a fragment", `ctx.request.path = "/a#b"`, "refused to change :path"],
    ["path without a slash", `ctx.request.path = "a"`, "refused to change :path"],
    ["host with a line break", String.raw`ctx.request.host = "a\r\nb"`, "refused to change :authority"],
    [
      "a forwarded-proto that goes away",
      `ctx.request.headers.delete(name)`,
      "refused to change header x-forwarded-proto",
    ],
  ] as const)("refuse %s", async ([, statement, line]) => {
    const service = upstream();
    const gateway = await start(
      `const name = "x-forwarded-" + "proto";
new Plugin("p").onRequestHeaders((ctx) => { ${statement}; return Action.Continue; });`,
      { upstream: service },
    );
    expect((await gateway.fetch("/fine")).status).toBe(200);
    expect([service.requests[0]?.method, service.requests[0]?.path]).toEqual(["GET", "/fine"]);
    expect(gateway.logs.map(({ message }) => message)).toEqual([`p: ${line}`]);
  });

  test("send the method, headers and body they are given, and refuse headers that would split", async () => {
    const target = upstream();
    const gateway = await start(
      `new Plugin("p").onRequestHeaders((ctx) => one.request("PUT", "http://other.host/a?b=c#d", { headers: [["x-a", ctx.request.headers.get("x-value") || ""]], body: "{}", timeout: 50 })
        .send(ctx, (ctx, response) => ctx.respond(200, response.failure == Failure.None ? "sent" : response.reason)));`,
      { clusters: { one: target } },
    );
    expect((await gateway.fetch("/", { headers: { "x-value": "fine" } })).text()).toBe("sent");
    const [request] = target.requests;
    expect([
      request?.method,
      request?.path,
      request?.authority,
      request?.header("x-a"),
      request?.text(),
    ]).toEqual(["PUT", "/a?b=c", "other.host", "fine", "{}"]);
  });

  test("keep state for each request, and tell an own answer from the service's", async () => {
    const gateway = await start(
      `class State { path: string = ""; count: i32 = 0; }
      new Plugin<NoConfig, State>("p")
        .onRequestHeaders((ctx) => { ctx.state.path = ctx.request.path; ctx.state.count++; return ctx.state.path == "/own" ? ctx.respond(204, "no body") : Action.Continue; })
        .onResponseHeaders((ctx) => { ctx.state.count++; ctx.response.headers.set("x-path", ctx.state.path + ctx.state.count.toString()); return Action.Continue; })
        .onLog((ctx) => log.warn(ctx.state.path + " " + ctx.response.status.toString() + " " + ctx.state.count.toString()));`,
    );
    const [own, passed] = await Promise.all([gateway.fetch("/own"), gateway.fetch("/a")]);
    expect([own.status, own.text(), own.headers.has("x-path"), passed.headers.get("x-path")]).toEqual([
      204,
      "",
      false,
      "/a2",
    ]);
    expect(gateway.logs.map(({ message }) => message).toSorted()).toEqual(["p: /a 200 2", "p: /own 204 1"]);
    expect(gateway.liveContexts).toBe(1);
  });

  test("logs one line for each message, whatever is in it", async () => {
    const gateway = await start(
      `new Plugin("p").onRequestHeaders((ctx) => { log.error("a\\nb\\0c" + "x".repeat(5000)); log.debug("never"); return Action.Continue; });`,
    );
    gateway.ledger.reset();
    await gateway.fetch("/");
    expect(gateway.logs).toHaveLength(1);
    expect(gateway.logs[0]?.message).toMatch(/^p: a b cx{1000,1020}$/);
    expect(gateway.ledger.hostCalls).toEqual({ proxy_get_log_level: 1, proxy_log: 1 });
  });

  test("hold headers by the status that the author names", async () => {
    const gateway = await start(
      `new Plugin("p").onRequestHeaders((ctx) => hold(one.get("/").send(ctx, (ctx, response) => Action.Continue), HeadersStatus.StopAllIterationAndBuffer));`,
      { clusters: { one: upstream(() => new Promise<never>(() => undefined)) }, bufferLimitBytes: 100 },
    );
    expect((await gateway.fetch("/", { body: ["x".repeat(101)] })).status).toBe(413);
    gateway.takeFault("callout-unanswered");
  });

  test.for(["envoy", "higress"] as const)(
    "headers wait for the body where the gateway can hold them (%s)",
    async (profile) => {
      const service = upstream();
      const gateway = await start(
        `import { heldHeaders } from "@gateway-plugins/sdk/advanced";
      new Plugin("p")
        .onRequestHeaders((ctx) => hold(Action.Continue, HeadersStatus.StopIteration))
        .onRequestBody((ctx, body) => { heldHeaders().set("x-body", body.text()); return Action.Continue; });`,
        { profile, upstream: service },
      );
      expect((await gateway.fetch("/", { body: "text" })).status).toBe(200);
      expect((await gateway.fetch("/")).status).toBe(200);
      expect(service.requests.map((request) => request.header("x-body"))).toEqual([
        profile === "higress" ? "text" : null,
        null,
      ]);
    },
  );

  test("a Redis that does not answer is named, too", async () => {
    const gateway = await start(
      `const redis = new RedisClient(Cluster.staticIp("cache", 6379));
      new Plugin("p").onRequestHeaders((ctx) => redis.get("k").send(ctx, (ctx, reply) => ctx.respond(200, reply.diagnose())));`,
    );
    expect((await gateway.fetch("/")).text()).toBe(
      "unknown cluster: cluster outbound|6379||cache.static; the port of a static service is 80, whatever the port of its addresses",
    );
    expect(gateway).toHaveLogged("redis: unknown cluster outbound|6379||cache.static");
  });

  test("Redis replies are read by type, and errors are values", async ({ onTestFinished }) => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    const gateway = await start(
      `const redis = new RedisClient(Cluster.named("redis"));
      new Plugin("p").onRequestHeaders((ctx) => redis.command((ctx.request.headers.get("x-command") || "").split(" ")).send(ctx, (ctx, reply) =>
        ctx.respond(200, reply.ok ? (reply.isNull ? "null" : reply.length ? reply.length.toString() + ":" + reply.at(1).text() : reply.text() + "|" + reply.integer().toString()) : "error " + reply.reason)));`,
      { clusters: { redis } },
    );
    const ask = async (command: string) =>
      (await gateway.fetch("/", { headers: { "x-command": command } })).text();
    expect(await ask("set a 41")).toBe("OK|0");
    expect(await ask("incr a")).toBe("42|42");
    expect(await ask("get a")).toBe("42|42");
    expect(await ask("get missing")).toBe("null");
    expect(await ask("mget a a a")).toBe("3:42");
    expect(await ask("lpush a x")).toMatch(/^error WRONGTYPE/);
    expect(await ask("nonsense")).toMatch(/^error ERR unknown command/);
  });
});
