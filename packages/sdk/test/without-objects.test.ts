import { startGateway, startRedis } from "@gateway-plugins/test-host";
import { describe, expect, onTestFinished, test } from "@gateway-plugins/test-host/vitest";
import { BUILDS, build } from "./compile.ts";

// Commands and answers that are put together part by part: each request names the one it wants.
const SOURCE = `import { Action, Cluster, Failure, HttpClient, Plugin, RedisClient, RedisReply, RedisScript, RequestContext, NoConfig, NoState, both, Reply } from "@gateway-plugins/sdk";
const redis = new RedisClient(Cluster.named("redis")), nowhere = new HttpClient(Cluster.named("nowhere"));
const ECHO = new RedisScript("return {KEYS[1], ARGV[1]}");
type Context = RequestContext<NoConfig, NoState>;
function tell(ctx: Context, reply: RedisReply): Action {
  const first = reply.length ? reply.at(0).text() + "|" + reply.at(1).text() : reply.text();
  return ctx.respond(200, reply.failure == Failure.None ? first : reply.reason);
}
function pass(ctx: Context, reply: RedisReply): Action {
  return Action.Continue;
}
function sendOne(ctx: Context): string {
  redis.begin("incr").word("inner").run(ctx.plugin, (plugin, reply) => {});
  return "x";
}
new Plugin("p").onRequestHeaders((ctx) => {
  const wanted = ctx.request.path.substring(1);
  const text = ctx.request.headers.get("x-text") || "";
  if (wanted == "parts")
    return redis.begin("set").word("k:").and(text).and(-7).word(1).word("").send(ctx, pass);
  if (wanted == "host")
    return redis.begin("echo").word("").andHeader(ctx.request.headers, "x-text").and("|").andHeader(ctx.request.headers, "x-none")
      .and("|").andRouteName().and("|").andProperty("request.method").send(ctx, tell);
  if (wanted == "eval") return redis.beginEval("return {KEYS[1], ARGV[1]}", 1).word("k").word(text).send(ctx, tell);
  if (wanted == "script") return redis.beginRun(ECHO, 1).word("k").word(text).send(ctx, tell);
  if (wanted == "both")
    return both(redis.begin("echo").word("a").call, nowhere.get("/")).send(ctx, (ctx, a, b) => ctx.respond(200, a.text() + b.reason));
  if (wanted == "twice") {
    const command = redis.begin("incr").word("outer");
    redis.begin("incr").word("other").call;
    return command.word("more").send(ctx, tell);
  }
  if (wanted == "again") {
    const command = redis.begin("incr").word("again");
    command.call;
    return command.send(ctx, tell);
  }
  if (wanted == "inner") return redis.begin("get").word(sendOne(ctx)).send(ctx, tell);
  if (wanted == "answer")
    return ctx.reply(<i32>451).header("x-text", text).header("x-number", i64.MIN_VALUE).header("content-type", "text/x").send("no, " + text);
  if (wanted == "bare") return ctx.reply(204).send();
  if (wanted == "lost") {
    const reply = ctx.reply(403).header("a", "b");
    ctx.reply(200).header("c", "d");
    return reply.header("e", "f").send("closed");
  }
  ctx.request.headers.setNumber("x-set", -12);
  ctx.request.headers.appendNumber("x-set", 345);
  return Action.Continue;
});`;

const LONG = "long \u{1f600} ".repeat(400).trim();
// Headers and Redis have bytes.
const latin1 = (text: string) => Buffer.from(text).toString("latin1");

describe.for(BUILDS)("without objects (%s)", ([, flags]) => {
  const start = async () => {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    const gateway = await startGateway({
      plugin: await build(SOURCE, [...flags]),
      clusters: { redis },
      routeName: "orders",
    });
    const ask = async (path: string, text = "") =>
      gateway.fetch(`/${path}`, { headers: { "x-text": latin1(text) } });
    return { redis, gateway, ask };
  };

  test.for(["", "a", "a b\u00e9", LONG])("commands take strings and numbers", async (text) => {
    const { redis, ask } = await start();
    await ask("parts", text);
    expect(redis.commands).toEqual([["set", `k:${latin1(text)}-7`, "1", ""]]);
  });
  test("commands take what the gateway knows, and nothing for what it does not", async () => {
    const { ask } = await start();
    expect((await ask("host", "a")).text()).toBe("a||orders|GET");
    expect((await ask("host", LONG)).text()).toBe(`${LONG}||orders|GET`);
  });
  test("scripts run by their text, and by their digest even when Redis has forgotten them", async () => {
    const { redis, ask } = await start();
    expect((await ask("eval", "v")).text()).toBe("k|v");
    for (const text of ["v", LONG]) {
      redis.flush();
      expect((await ask("script", text)).text()).toBe(`k|${text}`);
      expect(redis.commands.map(([name]) => name)).toEqual(["evalsha", "eval"]);
    }
    expect((await ask("script", "w")).text()).toBe("k|w");
    expect(redis.commands.length).toBe(3);
  });
  test("a command is one of several calls", async () => {
    const { ask } = await start();
    expect((await ask("both")).text()).toBe("aunknown cluster");
  });
  test.for(["twice", "again"])("a command that is no longer the last one is not sent (%s)", async (path) => {
    const { redis, ask } = await start();
    expect((await ask(path)).text()).toBe("invalid request");
    expect(redis.commands).toEqual([]);
  });
  test("a command is not mixed with one that is sent while it is put together", async () => {
    const { redis, ask } = await start();
    expect((await ask("inner")).text()).toBe("invalid request");
    await expect.poll(() => redis.commands).toEqual([["incr", "inner"]]);
  });
  test.for(["", "a", "a\u00e9", LONG])("answers have headers of strings and numbers", async (text) => {
    const { ask } = await start();
    const response = await ask("answer", text);
    expect(response.status).toBe(451);
    expect(["x-text", "x-number", "content-type"].map((name) => response.headers.getAll(name))).toEqual([
      [latin1(text)],
      ["-9223372036854775808"],
      ["text/x"],
    ]);
    expect(response.text()).toBe(`no, ${text}`);
  });
  test("answers need neither headers nor a body", async () => {
    const { ask } = await start();
    const response = await ask("bare");
    expect([response.status, response.text()]).toEqual([204, ""]);
  });
  test("an answer keeps its status when another has begun meanwhile", async () => {
    const { ask } = await start();
    const response = await ask("lost");
    expect([response.status, response.text()]).toEqual([403, "closed"]);
    expect(["a", "c", "e"].map((name) => response.headers.getAll(name))).toEqual([[], [], []]);
  });
  test("headers are set and appended as numbers", async () => {
    const { gateway, ask } = await start();
    expect((await ask("headers")).json()).toMatchObject({ headers: { "x-set": ["-12", "345"] } });
    expect(gateway.logs).toEqual([]);
  });
});
