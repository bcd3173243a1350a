import { UpstreamReset, startGateway, startRedis, upstream } from "@gateway-plugins/test-host";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { BUILDS, build } from "./compile.ts";

const IMPORTS = `import { Action, Cluster, Failure, HttpClient, Plugin, RedisClient, RedisScript, all, both } from "@gateway-plugins/sdk";
const one = new HttpClient(Cluster.named("one")), two = new HttpClient(Cluster.named("two"));
`;
const never = upstream(() => new Promise<never>(() => undefined));

describe.for(BUILDS)("several calls at once (%s)", ([, flags]) => {
  const start = async (source: string, options: Omit<Parameters<typeof startGateway>[0], "plugin"> = {}) =>
    startGateway({ plugin: await build(IMPORTS + source, flags), name: "p", ...options });
  const BOTH = `new Plugin("p").onRequestHeaders((ctx) => both(one.get("/a"), two.get("/b")).send(ctx, (ctx, a, b) =>
    ctx.respond(200, [a.text(), a.header("X-Name") || "-", b.text(), b.reason].join(" "))));`;

  test.for([
    [
      "both answer",
      { one: upstream({ body: "A", headers: { "x-name": "n" } }), two: upstream({ body: "B" }) },
      "A n B status 200",
    ],
    ["one is unknown", { two: upstream({ body: "B" }) }, " - B status 200"],
    ["none is known", {}, " -  unknown cluster"],
    ["one takes too long", { one: upstream({ body: "A" }), two: never }, "A -  timeout expired"],
  ] as const)("bring both replies when %s", async ([, clusters, text]) => {
    const gateway = await start(BOTH, { clusters: clusters as never });
    const pending = gateway.fetch("/");
    await gateway.advance(500);
    expect((await pending).text()).toBe(text);
  });
  test("of any number and kind hold the message until the last is back", async () => {
    const redis = await startRedis({});
    const gateway = await start(
      `const redis = new RedisClient(Cluster.named("redis"));
      new Plugin("p").onRequestHeaders((ctx) => ctx.request.path == "/none"
        ? all([]).send(ctx, (ctx, replies) => ctx.respond(200, replies.length.toString()))
        : all([one.get("/"), redis.set("k", "v"), redis.get("k"), two.get("/")]).send(ctx, (ctx, r) =>
          ctx.respond(200, [r[0].status.toString(), r[1].text(), r[2].text(), r[3].reason, r[2].ok.toString()].join(" "))));`,
      { clusters: { redis, one: upstream({ status: 404 }) } },
    );
    expect((await gateway.fetch("/")).text()).toBe("404 OK v unknown cluster true");
    expect((await gateway.fetch("/none")).text()).toBe("0");
  });
  test("may pass on the same object", async () => {
    const gateway = await start(
      `class Seen { n: i32 = 0; }
      new Plugin("p").onRequestHeaders((ctx) => {
        const seen = new Seen();
        const first = one.get("/").sendWith(ctx, seen, (ctx, response, seen) => { seen.n++; return seen.n == 2 ? ctx.respond(200, "two") : Action.Continue; });
        const second = one.get("/").sendWith(ctx, seen, (ctx, response, seen) => { seen.n++; return seen.n == 2 ? ctx.respond(200, "two") : Action.Continue; });
        return first == second ? first : second;
      });`,
      { clusters: { one: upstream() } },
    );
    expect((await gateway.fetch("/")).text()).toBe("two");
  });
});

describe.for(BUILDS)("calls that are made again (%s)", ([, flags]) => {
  const start = async (source: string, options: Omit<Parameters<typeof startGateway>[0], "plugin"> = {}) =>
    startGateway({ plugin: await build(IMPORTS + source, flags), name: "p", ...options });

  test("a safe one until a service has answered, and no other", async () => {
    let calls = 0;
    const flaky = upstream(() => {
      if (++calls % 3 !== 0) throw new UpstreamReset("connect-failure");
      return { body: "third" };
    });
    const gateway = await start(
      `new Plugin("p").onRequestHeaders((ctx) => one.request(ctx.request.method, "/").retry(2).send(ctx, (ctx, response) => ctx.respond(200, response.failure == Failure.None ? response.text() : response.reason)));`,
      { clusters: { one: flaky } },
    );
    expect((await gateway.fetch("/")).text()).toBe("third");
    expect(calls).toBe(3);
    expect((await gateway.fetch("/", { method: "POST" })).text()).toBe("connect failure");
    expect(calls).toBe(4);
  });
  test("a script goes by its digest, and in full when Redis has forgotten it", async () => {
    const redis = await startRedis({});
    const gateway = await start(
      `const redis = new RedisClient(Cluster.named("redis"));
      const script = new RedisScript("return redis.call('INCRBY', KEYS[1], ARGV[1])");
      new Plugin("p").onRequestHeaders((ctx) => redis.run(script, ["n"], ["5"]).send(ctx, (ctx, reply) => ctx.respond(200, reply.text() + reply.reason)));`,
      { clusters: { redis } },
    );
    expect([(await gateway.fetch("/")).text(), (await gateway.fetch("/")).text()]).toEqual(["5", "10"]);
    expect(
      redis.commands.map(([name]) => name?.toLowerCase()).filter((name) => name?.startsWith("eval")),
    ).toEqual(["evalsha", "eval", "evalsha"]);
  });
});

describe.for(BUILDS)("a call that is given to a join twice (%s)", ([, flags]) => {
  test.for([
    [
      "of two",
      "const a = one.get('/'); return both(a, a).send(ctx, (ctx, x, y) => ctx.respond(403, x.reason + ', ' + y.reason));",
    ],
    [
      "of many",
      "const a = one.get('/'); return all([a, two.get('/'), a]).send(ctx, (ctx, r) => ctx.respond(403, r[0].reason + ', ' + r[2].reason));",
    ],
  ] as const)("fails the second time, and the callback decides: %s", async ([, body]) => {
    const gateway = await startGateway({
      plugin: await build(`${IMPORTS}new Plugin("p").onRequestHeaders((ctx) => { ${body} });`, flags),
      name: "p",
      clusters: { one: upstream({ body: "A" }), two: upstream({ body: "B" }) },
    });
    const response = await gateway.fetch("/");
    expect([response.status, response.text()]).toEqual([403, "status 200, invalid request"]);
    expect(gateway.logs.map(({ message }) => message)).toEqual([
      "p: too late: answered or over, or call under way",
    ]);
  });
});
