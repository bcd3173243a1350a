import { startGateway, upstream } from "@gateway-plugins/test-host";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { BUILDS, build } from "./compile.ts";

const IMPORTS = `import { Action, Cluster, Counter, Gauge, Histogram, HttpClient, Leader, LogFields, Overflow, Plugin, SharedCounter, SharedQueue, SharedValue, foreign, log } from "@gateway-plugins/sdk";
const one = new HttpClient(Cluster.named("one"));
class Config { name: string = "none"; list: string = ""; }
`;
describe.for(BUILDS)("outside of requests (%s)", ([, flags]) => {
  const start = async (source: string, options: Omit<Parameters<typeof startGateway>[0], "plugin"> = {}) =>
    startGateway({ plugin: await build(IMPORTS + source, flags), name: "p", ...options });
  const lines = ({ logs }: { logs: readonly { message: string }[] }) => logs.map(({ message }) => message);

  test("handlers run at the start and at each tick, once for each configuration, and their calls are answered", async () => {
    const service = upstream((request) => ({ body: `list for ${request.path}` }));
    const gateway = await start(
      `function refresh(plugin: PluginContext<Config>): void {
        one.get("/" + plugin.config.name).run(plugin, (plugin, response) => {
          plugin.config.list = response.ok ? response.text() : response.reason;
          log.warn(plugin.config.name + ": " + plugin.config.list);
        });
      }
      new Plugin<Config>("p").parseConfig((json, config) => { config.name = json.string("name"); })
        .onStart(refresh).onTick(1000, refresh)
        .onRequestHeaders((ctx) => ctx.respond(200, ctx.config.list));`.replace(
        /^/,
        'import { PluginContext } from "@gateway-plugins/sdk";\n',
      ),
      {
        config: { name: "all", _rules_: [{ _match_route_: ["other"], name: "rule" }] },
        clusters: { one: service },
      },
    );
    await gateway.advance(0);
    expect(lines(gateway)).toEqual(["p: all: list for /all", "p: rule: list for /rule"]);
    expect((await gateway.fetch("/")).text()).toBe("list for /all");
    await gateway.advance(999);
    expect(gateway.logs).toHaveLength(2);
    await gateway.advance(1);
    expect(gateway.logs).toHaveLength(4);
  });
  test("a call without a message is made from a request, too, and tells that it failed", async () => {
    const gateway = await start(
      `new Plugin("p").onRequestHeaders((ctx) => {
        one.get("/").run(ctx.plugin, (plugin, response) => log.warn(response.reason));
        return Action.Continue;
      });`,
    );
    expect((await gateway.fetch("/")).status).toBe(200);
    expect(lines(gateway)).toEqual(["p: unknown cluster"]);
  });
});

const STATE = `const total = new SharedCounter("total"), leader = new Leader("job", 5000);
const requests = new Counter("requests"), open = new Gauge("open"), size = new Histogram("size");
function peakOf(length: i64): string {
  const peak = new SharedValue("peak");
  let rounds = 0;
  while (peak.attempt()) {
    // Somebody else is faster, once.
    if (rounds++ == 0) new SharedValue("peak").read().setI64(5);
    peak.setI64(max(peak.i64(), length));
  }
  return peak.i64().toString() + " " + rounds.toString();
}
new Plugin("p")
  .onQueue("jobs", (plugin, queue) => { for (let m = queue.pop(); m; m = queue.pop()) log.warn("job " + m.text()); })
  .onRequestHeaders((ctx) => {
    const path = ctx.request.path;
    if (path == "/queue") {
      const queue = SharedQueue.open("jobs");
      if (queue) { queue.push("one"); queue.push(""); queue.push("three"); }
      return ctx.respond(200, (SharedQueue.find("", "jobs") != null).toString() + (SharedQueue.find("", "none") != null).toString());
    }
    if (path.startsWith("/shared")) return ctx.respond(200, [total.add(2).toString(), peakOf(path.length), total.value.toString(),
      new SharedValue("none").read().exists.toString()].join(" "));
    if (path == "/metrics") {
      requests.add(); requests.with([["route", "r"], ["model", "m"]]).add(3); requests.add(0);
      open.set(7); open.add(-2); size.record(9);
      return ctx.respond(200, requests.value.toString() + " " + open.value.toString());
    }
    if (path == "/leader") return ctx.respond(200, leader.isLeader.toString() + " " + leader.campaign().toString() + " " + leader.isLeader.toString());
    if (path == "/foreign") return ctx.respond(200, (foreign.call("clear_route_cache") != null).toString() + (foreign.call("nothing") != null).toString());
    new LogFields().set("user", 'a "b"\\\\\\n\\t\\x01\\u4e2d').setNumber("n", 1).write();
    new LogFields().setNumber("n", 2).setBool("ok", true).write();
    const merged = ctx.property("custom_log") || "";
    ctx.setProperty("ai_log", "no json");
    return ctx.respond(200, merged + "|" + new LogFields().write("ai_log").toString());
  });`;
describe.for(BUILDS)("state beyond a request (%s)", ([, flags]) => {
  const start = async () => startGateway({ plugin: await build(IMPORTS + STATE, flags), name: "p" });

  test("messages of a queue arrive, in their order", async () => {
    const gateway = await start();
    expect((await gateway.fetch("/queue")).text()).toBe("truefalse");
    await gateway.advance(0);
    expect(gateway.logs.map(({ message }) => message)).toEqual(["p: job one", "p: job ", "p: job three"]);
  });
  test("shared values are counted, compared and written", async () => {
    const gateway = await start();
    expect((await gateway.fetch("/shared")).text()).toBe("2 7 2 2 false");
    expect((await gateway.fetch("/shared/and/longer")).text()).toBe("4 18 2 4 false");
  });
  test("metrics are counted, with tags as part of the name", async () => {
    const gateway = await start();
    expect((await gateway.fetch("/metrics")).text()).toBe("1 5");
    expect((await gateway.fetch("/metrics")).text()).toBe("2 5");
    expect(gateway.metrics).toMatchObject({
      "wasmcustom.requests": 2,
      "wasmcustom.route.r.model.m.metric.requests": 6,
      "wasmcustom.open": 5,
    });
  });
  test("one VM leads until it falls silent", async () => {
    const gateway = await start();
    expect((await gateway.fetch("/leader")).text()).toBe("false true true");
    expect((await gateway.fetch("/leader")).text()).toBe("true true true");
    await gateway.advance(5001);
    expect((await gateway.fetch("/leader")).text()).toBe("false true true");
  });
  test("foreign functions answer, and unknown ones are null", async () => {
    expect((await (await start()).fetch("/foreign")).text()).toBe("truefalse");
  });
  test("values for the access log are merged, and escaped for a line of JSON", async () => {
    const [merged, written] = (await (await start()).fetch("/log")).text().split("|");
    expect(JSON.parse(JSON.parse(`"${merged}"`) as string)).toEqual({
      user: 'a "b"\\\n\t\u0001\u4e2d',
      n: 2,
      ok: true,
    });
    expect(written).toBe("false");
  });
});

describe.for(BUILDS)("bodies and trailers (%s)", ([, flags]) => {
  const start = async (source: string, options: Omit<Parameters<typeof startGateway>[0], "plugin"> = {}) =>
    startGateway({ plugin: await build(IMPORTS + source, flags), name: "p", ...options });

  test("trailers are read and changed, and held for a call", async () => {
    const service = upstream({ body: "x", trailers: [["x-up", "1"]] });
    const gateway = await start(
      `new Plugin("p")
        .onRequestTrailers((ctx) => one.get("/").send(ctx, (ctx, response) => {
          ctx.trailers.set("x-checked", (ctx.trailers.get("x-in") || "-") + response.status.toString());
          return Action.Continue;
        }))
        .onResponseTrailers((ctx) => { ctx.trailers.append("x-seen", ctx.trailers.get("x-up") || "-"); return Action.Continue; });`,
      { upstream: service, clusters: { one: upstream() } },
    );
    const response = await gateway.fetch("/", { body: ["a"], trailers: [["x-in", "in"]] });
    expect([response.status, service.requests[0]?.text()]).toEqual([200, "a"]);
    expect(service.requests[0]?.trailers).toContainEqual(["x-checked", "in200"]);
    expect(response.trailers.get("x-seen")).toBe("1");
  });
  test.for([
    ["Reject", 413, ""],
    ["PassOn", 200, "12345678901"],
  ] as const)("a body over the plugin's limit: %s", async ([overflow, status, arrived]) => {
    const service = upstream();
    const gateway = await start(
      `new Plugin("p").limitRequestBody(10, Overflow.${overflow}).rewriteRequestBody((ctx, body) => body.replaceText("seen"));`,
      { upstream: service },
    );
    expect((await gateway.fetch("/", { body: ["12345", "12345"] })).status).toBe(200);
    expect(service.requests[0]?.text()).toBe("seen");
    expect((await gateway.fetch("/", { body: ["12345", "678901"] })).status).toBe(status);
    expect(service.requests[1]?.text() ?? "").toBe(arrived);
  });
  test("a body that is skipped passes with its length, unseen", async () => {
    const service = upstream();
    const gateway = await start(
      `new Plugin("p").onRequestHeaders((ctx) => { if (ctx.request.hasBinaryBody) ctx.request.skipBody(); return Action.Continue; })
        .rewriteRequestBody((ctx, body) => body.replaceText("seen"));`,
      { upstream: service },
    );
    await gateway.fetch("/", {
      body: "x",
      headers: { "content-type": "application/octet-stream", "content-length": "1" },
    });
    await gateway.fetch("/", { body: "x" });
    expect(service.requests.map((request) => [request.text(), request.header("content-length")])).toEqual([
      ["x", "1"],
      ["seen", null],
    ]);
  });
});

const LEAVES = `const slot = new SharedValue("seen");
new Plugin("p").onRequestHeaders((ctx) => {
  while (slot.attempt()) {
    if (slot.i64() >= 2) return ctx.respond(429);
    slot.setI64(slot.i64() + 1);
  }
  return ctx.respond(200);
});`;
const SAME_NAME = `const up = new Counter("seen"), both = new Gauge("seen"), all = new Histogram("seen");
new Plugin("p").onRequestHeaders((ctx) => {
  const tags = [["route", "r"]];
  up.with(tags).add(3); both.with(tags).set(5); all.with(tags).record(7); up.with(tags).add(1);
  return ctx.respond(200, up.with(tags).value.toString() + " " + both.with(tags).value.toString());
});`;
describe.for(BUILDS)("what stands at the top of the file (%s)", ([, flags]) => {
  const start = async (source: string) => startGateway({ plugin: await build(IMPORTS + source, flags) });

  test("a loop that a handler has left does not keep the next one from reading", async () => {
    const gateway = await start(LEAVES);
    const statuses: number[] = [];
    for (let i = 0; i < 6; i++) statuses.push((await gateway.fetch("/")).status);
    expect(statuses).toEqual([200, 200, 429, 429, 429, 429]);
  });
  test("metrics of different kinds may have the same name and tags", async () => {
    const gateway = await start(SAME_NAME);
    expect((await gateway.fetch("/")).text()).toBe("4 5");
  });
});
