import { type UpstreamResponse, startGateway, upstream } from "@gateway-plugins/test-host";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { BUILDS, build, compile } from "./compile.ts";

const HEADER = `import { Action, Cluster, Failure, HttpClient, Plugin, log } from "@gateway-plugins/sdk";
import { assumeHeldHeaders } from "@gateway-plugins/sdk/advanced";
const auth = new HttpClient(Cluster.named("auth"));
class State { user: string = ""; }
const plugin = new Plugin<NoConfig, State>("p")`;

/** Gateways that hold headers for the body: Higress, and Envoy where its operator has said so and the plugin knows. */
const HOLDING = [
  ["higress", { profile: "higress" }, ""],
  ["envoy", { profile: "envoy", allowOnHeadersStopIteration: true }, "assumeHeldHeaders();"],
] as const;
const CASES = BUILDS.flatMap(([name, flags]) =>
  HOLDING.map(([profile, options, first]) => ({ title: `${profile}, ${name}`, flags, options, first })),
);

type Options = Omit<NonNullable<Parameters<typeof startGateway>[0]>, "plugin">;

describe.for(CASES)("the whole request ($title)", ({ flags, options, first }) => {
  const start = async (handlers: string, more: Options = {}) =>
    startGateway({ plugin: await build(`${HEADER}${handlers};\n${first}`, flags), ...options, ...more });
  const route = (call: string, callback = "Action.Continue") =>
    `.onWholeRequest((ctx, body) => ctx.routeCall(${call}).send(ctx, (ctx, response) => ${callback}))`;

  test("can change headers by what its body says, and needs no body", async () => {
    const service = upstream();
    const gateway = await start(
      `.onWholeRequest((ctx, body) => {
        ctx.request.headers.set("x-body", "<" + body.text() + ">");
        return ctx.request.hasBody ? body.replaceText("other") : Action.Continue;
      })`,
      { upstream: service },
    );
    await gateway.fetch("/", { body: ["o", "ne"] });
    await gateway.fetch("/", { body: ["tw", "o"], trailers: { "x-sum": "1" } });
    await gateway.fetch("/");
    expect(service.requests.map((request) => [request.header("x-body"), request.text()])).toEqual([
      ["<one>", "other"],
      ["<two>", "other"],
      ["<>", ""],
    ]);
    expect(gateway.logs).toEqual([]);
  });

  test("becomes another one, whose answer changes before it leaves", async () => {
    const service = upstream({ status: 201, headers: { "x-model": "m" }, body: ['{"n":', "1}"] });
    const gateway = await start(
      route(
        `"PUT", "http://other.host/v2/a b/é?q=%2F x#frag", { headers: [["x-key", "k"], ["x-old", "new"]], body: "{}" }`,
        `{
          ctx.response.status = 202;
          response.headers.set("x-seen", response.status.toString() + (response.headers.get("x-model") || "") + (response.ok ? "ok" : ""));
          const json = response.json();
          return response.body.replaceText(json ? "n is " + json.integer("n").toString() : "none");
        }`,
      ).replace(
        ".onWhole",
        `.onResponseHeaders((ctx) => { log.error("not for this"); return Action.Continue; }).onWhole`,
      ),
      { upstream: service },
    );
    const answer = await gateway.fetch("/v1?x=1", {
      method: "POST",
      body: ["be", "fore"],
      headers: { "accept-encoding": "gzip", "x-old": "old" },
      authority: "first.host",
    });
    const [seen] = service.requests;
    expect([seen?.method, seen?.path, seen?.authority, seen?.text()]).toEqual([
      "PUT",
      "/v2/a%20b/%C3%A9?q=%2F%20x",
      "other.host",
      "{}",
    ]);
    const names = ["x-envoy-original-method", "x-envoy-original-path", "x-envoy-original-host"];
    expect(names.map((name) => seen?.header(name))).toEqual(["POST", "/v1?x=1", "first.host"]);
    expect([seen?.header("x-key"), seen?.header("x-old"), seen?.header("accept-encoding")]).toEqual([
      "k",
      "new",
      null,
    ]);
    expect(seen?.header("content-length") ?? "2").toBe("2");
    expect([answer.status, answer.headers.get("x-seen"), answer.text()]).toEqual([202, "202mok", "n is 1"]);
    expect(answer.headers.get("content-length") ?? "6").toBe("6");
    expect([gateway.logs, gateway.liveContexts]).toEqual([[], 1]);
  });

  test.for<[string, UpstreamResponse]>([
    ["a whole body", { status: 500, body: "broken" }],
    ["no body", { status: 500 }],
    ["trailers behind the body", { status: 500, body: ["bro", "ken"], trailers: [["x-end", "1"]] }],
  ])("responds in place of an answer with %s", async ([, reply]) => {
    const gateway = await start(
      route(`"GET", "/other"`, `ctx.respond(418, "was " + response.reason + " " + response.text())`),
      { upstream: upstream(reply) },
    );
    const answer = await gateway.fetch("/");
    expect([answer.status, answer.text()]).toEqual([
      418,
      `was status 500 ${"body" in reply ? "broken" : ""}`,
    ]);
    expect(gateway.logs).toEqual([]);
  });

  test("becomes another one once a service has been asked, and its answer waits for one, too", async () => {
    let text = "answer";
    const service = upstream(() => ({ body: text }));
    const gateway = await start(
      `.onWholeRequest((ctx, body) => auth.get("/who").send(ctx, (ctx, who) => {
        ctx.state.user = who.text();
        return ctx.routeCall("GET", "/of/" + ctx.state.user).send(ctx, (ctx, response) =>
          auth.post("/done", { body: response.text() }).send(ctx, (ctx, done) => {
            ctx.response.headers.set("x-done", ctx.state.user + done.text());
            return done.text() == "refused" ? ctx.respond(403) : Action.Continue;
          }));
      }))`,
      {
        upstream: service,
        clusters: {
          auth: upstream((request) => ({
            body:
              request.path === "/who"
                ? "ada"
                : new TextDecoder().decode(request.body) === "answer"
                  ? "yes"
                  : "refused",
          })),
        },
      },
    );
    for (const body of [undefined, "body"]) {
      const answer = await gateway.fetch("/", { body });
      expect([answer.status, answer.headers.get("x-done"), answer.text()]).toEqual([200, "adayes", "answer"]);
    }
    text = "else";
    expect((await gateway.fetch("/", { body: "body" })).status).toBe(403);
    expect(service.requests.map((request) => request.path)).toEqual(["/of/ada", "/of/ada", "/of/ada"]);
    expect(gateway.liveContexts).toBe(1);
  });

  test.for([
    ["a URL with a line break", String.raw`"GET", "/a\r\nb"`, "refused to change :path"],
    ["a host with a space", `"GET", "http://a b/"`, "refused to change :path"],
    ["a method of two words", `"GET /x", "/"`, "refused to change :method"],
    ["a HEAD", `"HEAD", "/"`, "refused to change :method"],
    [
      "a header that would split",
      String.raw`"GET", "/", { headers: [["x-a", "1"], ["x-b", "a\r\nb: c"]] }`,
      "refused to change header x-b",
    ],
    [
      "the gateway's own header",
      `"GET", "/", { headers: [["content-length", "1"]] }`,
      "refused to change header content-length",
    ],
    ["a pseudo header", `"GET", "/", { headers: [[":path", "/x"]] }`, "refused to change header :path"],
    ["a header without a value", `"GET", "/", { headers: [["x-a"]] }`, "refused to change header x-a"],
    ["a body where there was none", `"POST", "/", { body: "x" }`, "a request without a body cannot get one"],
  ] as const)("stays as it was for %s", async ([, call, line]) => {
    const service = upstream();
    const gateway = await start(
      route(
        call,
        `{ ctx.state.user = response.failure == Failure.InvalidRequest ? response.reason : "none"; return Action.Continue; }`,
      ) + `.onLog((ctx) => log.warn(ctx.state.user))`,
      { upstream: service },
    );
    expect((await gateway.fetch("/fine")).status).toBe(200);
    const [seen] = service.requests;
    expect([seen?.method, seen?.path, seen?.header("x-a"), seen?.header("x-envoy-original-path")]).toEqual([
      "GET",
      "/fine",
      null,
      null,
    ]);
    expect(gateway.logs.map(({ message }) => message)).toEqual([`p: ${line}`, "p: invalid request"]);
  });

  test("tells the gateway's failures from the service's answers", async () => {
    const callback = `ctx.respond(200, response.reason)`;
    for (const [target, reason] of [
      [null, "connect failure"],
      [upstream({ status: 503 }), "status 503"],
    ] as const) {
      const gateway = await start(route(`"GET", "/other"`, callback), { upstream: target });
      expect((await gateway.fetch("/")).text()).toBe(reason);
    }
  });

  test("becomes another one once, and not after it is answered", async () => {
    const gateway = await start(
      `.onWholeRequest((ctx, body) => {
        if (ctx.request.path == "/answered") {
          const answer = ctx.respond(403);
          const late = ctx.routeCall("GET", "/late").send(ctx, (ctx, response) => ctx.respond(500));
          return answer == late ? answer : late;
        }
        const first = ctx.routeCall("GET", "/first").send(ctx, (ctx, response) => Action.Continue);
        const second = ctx.routeCall("GET", "/second").send(ctx, (ctx, response) => ctx.respond(500));
        return first == second ? second : first;
      })`,
      { upstream: upstream((request) => ({ body: request.path })) },
    );
    expect((await gateway.fetch("/answered")).status).toBe(403);
    const answer = await gateway.fetch("/");
    expect([answer.status, answer.text()]).toEqual([200, "/first"]);
    expect(gateway.logs.map(({ message }) => message)).toEqual(
      Array(2).fill(
        "p: a request was not routed: it is answered, on its way, or has become another one already",
      ),
    );
  });

  test("an answer over the gateway's buffer becomes a 500, and a client that went leaves nothing", async () => {
    const gateway = await start(
      route(`"GET", "/other"`, `{ log.error("callback"); return Action.Continue; }`),
      {
        upstream: upstream((request) =>
          !request.headers.some(([name]) => name === "x-slow")
            ? { body: ["x".repeat(600), "y".repeat(600)] }
            : new Promise<never>(() => undefined),
        ),
        bufferLimitBytes: 1000,
      },
    );
    expect((await gateway.fetch("/")).status).toBe(500);
    const away = new AbortController();
    const pending = gateway.fetch("/", { headers: { "x-slow": "1" }, signal: away.signal });
    await gateway.advance(1);
    away.abort(new Error("gone"));
    await expect(pending).rejects.toThrow("gone");
    expect([gateway.logs, gateway.liveContexts]).toEqual([[], 1]);
  });
});

test("a gateway that cannot hold headers answers 500 and says why", async () => {
  const service = upstream();
  const gateway = await startGateway({
    plugin: await build(`${HEADER}.onWholeRequest((ctx, body) => Action.Continue)`),
    upstream: service,
  });
  for (const body of [undefined, "body"]) expect((await gateway.fetch("/", { body })).status).toBe(500);
  expect(service.requests).toEqual([]);
  expect(gateway).toHaveLogged("this gateway cannot hold the headers of a request until its body is here");
});

test("only a plugin that routes is called for responses", async () => {
  const entered = async (handler: string) => {
    const gateway = await startGateway({
      plugin: await build(`${HEADER}.onWholeRequest((ctx, body) => ${handler})`),
      profile: "higress",
    });
    gateway.ledger.reset();
    await gateway.fetch("/");
    return Object.keys(gateway.ledger.entries);
  };
  expect(await entered("Action.Continue")).toEqual(["proxy_on_request_headers"]);
  expect(await entered(`ctx.routeCall("GET", "/").send(ctx, (ctx, response) => Action.Continue)`)).toContain(
    "proxy_on_response_headers",
  );
});

test.for([
  [
    "in the header phase",
    ".onRequestHeaders((ctx) => ctx.routeCall",
    /HINT: a request can become another one in onWholeRequest only/,
  ],
  [
    "where nobody returns it",
    ".onWholeRequest((ctx, body) => { ctx.routeCall",
    /'send' holds the message until its callback has run/,
  ],
  [
    "beside a handler of the headers",
    ".onRequestHeaders((ctx) => Action.Continue).onWholeRequest((ctx, body) => ctx.routeCall",
    /'onWholeRequest' would replace 'onRequestHeaders'/,
  ],
] as const)("a call %s does not compile", async ([, start, message]) => {
  const end = start.includes("{") ? "; return Action.Continue; })" : ")";
  const { wasm, messages } = await compile(
    `${HEADER}${start}("GET", "/").send(ctx, (ctx, response) => Action.Continue)${end};`,
  );
  expect(wasm).toBeUndefined();
  expect(messages).toMatch(message);
});
