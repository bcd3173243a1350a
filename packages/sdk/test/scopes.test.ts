// Objects of a request go when its callback is over only where nothing could keep one. Each way to keep one, alone in its plugin; and plugins that
// keep none, whose modules have no collector.
import { UpstreamReset, startGateway, upstream } from "@gateway-plugins/test-host";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { collects } from "./collects.ts";
import { RELEASE, build } from "./compile.ts";

const FLAGS = [...RELEASE, "--debug"];
/** `/keep` keeps the text, `/give` answers with it; other requests make texts of the same length. */
const keeper = (declarations: string, keep: string, give: string): string =>
  `import { Plugin, ConfigReader, Action } from "@gateway-plugins/sdk";
${declarations}
class Config { last: string = ""; texts: string[] = ["", ""]; }
new Plugin<Config>("p").parseConfig((json, config) => {}).onRequestHeaders((ctx) => {
  const path = ctx.request.path;
  const text = ctx.request.headers.get("x-text") || "none";
  if (path == "/give") return ctx.respond(200, ${give});
  const made = text + "!";
  if (path == "/keep") { ${keep} }
  return ctx.respond(200, made);
});`;

const KEEPERS: [name: string, declarations: string, keep: string, give: string][] = [
  ["a global variable", `let last = "";`, "last = made;", "last"],
  ["a static field", `class Kept { static last: string = ""; }`, "Kept.last = made;", "Kept.last"],
  ["the configuration", "", "ctx.config.last = made;", "ctx.config.last"],
  ["a list of the configuration", "", "ctx.config.texts[1] = made;", "ctx.config.texts[1]"],
  [
    "an object made at the top",
    "class Box { text: string = ''; } const box = new Box();",
    "box.text = made;",
    "box.text",
  ],
  ["a list that grows", "const texts: string[] = [];", "texts.push(made);", "texts[0]"],
  [
    "a map",
    "const texts = new Map<string, string>();",
    "texts.set('k' + made.length.toString(), made);",
    "texts.values()[0]",
  ],
  [
    "an object made meanwhile",
    "class Box { constructor(public text: string) {} } let box: Box | null = null;",
    "box = new Box(made);",
    "box!.text",
  ],
  [
    "a field behind a function",
    "class Box<T> { constructor(public value: T) {} put(value: T): void { this.value = value; } } const box = new Box<string>('');",
    "box.put(made);",
    "box.value",
  ],
];

describe("objects outlive their request", () => {
  test.for(KEEPERS)("in %s", async ([, declarations, keep, give]) => {
    const plugin = await build(keeper(declarations, keep, give), FLAGS);
    expect(collects(plugin)).toBe(true);
    const gateway = await startGateway({ plugin, config: {} });
    const ask = async (path: string, text: string) =>
      (await gateway.fetch(path, { headers: { "x-text": text } })).text();
    await ask("/keep", "kept-text");
    for (let i = 0; i < 20; i++) await ask("/", `other-${100 + i}`);
    expect(await ask("/give", "other-999")).toBe("kept-text!");
  });

  const WAY = `class Way { constructor(public take: (text: string) => void, public leave: (text: string) => void) {} }
const way = new Way(take, leave);`;
  test.for<[how: string, plugin: string, declarations: string, call: string]>([
    // Where the top level's objects begin to lie depends on how long the texts before them are.
    ...["p", "q7", "x9z", "k-4w"].map((name): [string, string, string, string] => [
      `a function of an object of ${name}`,
      name,
      WAY,
      `if (isKept) way.take(made); else way.leave(made);`,
    ]),
    [
      "a function of a number",
      "p",
      "const ways: u32[] = [leave.index, take.index];",
      "call_indirect<void>(ways[i32(isKept)], made);",
    ],
  ])("in what %s keeps", async ([, name, declarations, call]) => {
    const plugin = await build(
      `import { Plugin } from "@gateway-plugins/sdk";
class Box { text: string = ""; times: i32 = 0; } const box = new Box();
function take(text: string): void { box.text = text; if (text.startsWith("never")) box.times += text.indexOf("e", 4); }
function leave(text: string): void { box.times += text.startsWith("never") ? text.indexOf("e", 4) : 1; }
${declarations}
class Config {}
new Plugin<Config>("${name}").parseConfig((json, config) => {
  if (json.has("never")) { take("never"); take(json.string("never", "")); leave("never"); leave(json.string("never", "")); }
}).onRequestHeaders((ctx) => {
  const made = (ctx.request.headers.get("x-text") || "none") + "!";
  const isKept = ctx.request.path == "/keep";
  ${call}
  return ctx.respond(200, box.text);
});`,
      FLAGS,
    );
    expect(collects(plugin)).toBe(true);
    const gateway = await startGateway({ plugin, config: {} });
    await gateway.fetch("/keep", { headers: { "x-text": "kept-text" } });
    for (let i = 0; i < 5; i++)
      expect((await gateway.fetch("/", { headers: { "x-text": `other-${100 + i}` } })).text()).toBe(
        "kept-text!",
      );
  });

  test.for<[name: string, send: string, declarations: string]>([
    [
      "its calls",
      `one.get("/").sendWith(ctx, text + "!", (ctx, response, text) => ctx.respond(200, text + response.text()))`,
      "",
    ],
    [
      "calls that are tried again",
      `one.get("/" + text + "!").retry(2).send(ctx, (ctx, response) => ctx.respond(200, response.text()))`,
      "",
    ],
    [
      "its state",
      `one.get("/").send(keep(ctx, text + "!"), (ctx, response) => ctx.respond(200, ctx.state.text + response.text()))`,
      `function keep(ctx: RequestContext<NoConfig, State>, text: string): RequestContext<NoConfig, State> { ctx.state.text = text; return ctx; }`,
    ],
  ])("in %s", async ([, send, declarations]) => {
    const plugin = await build(
      `import { Plugin, HttpClient, Cluster, RequestContext } from "@gateway-plugins/sdk";
const one = new HttpClient(Cluster.named("one"));
class State { text: string = ""; }
${declarations}
new Plugin<NoConfig, State>("p").onRequestHeaders((ctx) => {
  const text = ctx.request.headers.get("x-text") || "none";
  return ${send};
});`,
      FLAGS,
    );
    expect(collects(plugin)).toBe(true);
    // Each is answered when the last one has come; the first time with nothing, for those that try again.
    const waiting: (() => void)[] = [];
    let tried = 0;
    const one = upstream(async ({ path }) => {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 5) waiting.splice(0).forEach((answer) => answer());
      });
      if (send.includes("retry") && tried++ < 5) throw new UpstreamReset("connect-failure");
      return { body: path.slice(1) };
    });
    const gateway = await startGateway({ plugin, clusters: { one } });
    const texts = ["aaaa", "bbbb", "cccc", "dddd", "eeee"];
    const answers = await Promise.all(
      texts.map(async (text) => (await gateway.fetch("/", { headers: { "x-text": text } })).text()),
    );
    expect(answers).toEqual(texts.map((text) => `${text}!`));
  });
});

describe("objects go with their request", () => {
  test("whatever is called again and again", async () => {
    const plugin = await build(
      `import { Plugin, HttpCall, HttpClient, Cluster } from "@gateway-plugins/sdk";
const one = new HttpClient(Cluster.named("one"));
const atTop = one.get("/top");
class Config { inside: HttpCall = one.get("/other"); }
new Plugin<Config>("p").parseConfig((json, config) => {
  config.inside = one.get(json.requireString("path"));
}).onRequestHeaders((ctx) => {
  const call = ctx.request.headers.get("x-text")! == "top" ? atTop : ctx.config.inside;
  return call.send(ctx, (ctx, response) => ctx.respond(200, response.headers.get("x-there")!));
});`,
      FLAGS,
    );
    expect(collects(plugin)).toBe(false);
    const one = upstream(({ path }) => ({ headers: { "x-there": path } }));
    const gateway = await startGateway({ plugin, clusters: { one }, config: { path: "/inside" } });
    for (let i = 0; i < 50; i++)
      for (const text of ["top", "inside"])
        expect((await gateway.fetch("/", { headers: { "x-text": text } })).text()).toBe(`/${text}`);
    expect(gateway.logs).toEqual([]);
  });

  test("texts, calls and a state of numbers", async () => {
    const plugin = await build(
      `import { Action, Plugin, HttpClient, Cluster } from "@gateway-plugins/sdk";
class Config { one: HttpClient = HttpClient.NONE; names: string[] = []; }
class State { count: i32 = 0; half: f64 = 0.5; }
new Plugin<Config, State>("p").parseConfig((json, config) => {
  config.one = new HttpClient(Cluster.named(json.requireString("cluster")));
  config.names = json.strings("names");
}).onRequestHeaders((ctx) => {
  ctx.state.count = ctx.request.headers.get("x-text")!.length;
  return ctx.config.one.get("/" + ctx.request.headers.get("x-text")! + ctx.config.names[1]).send(ctx, (ctx, response) => {
    ctx.state.count += response.headers.get("x-there")!.length;
    ctx.request.headers.set("x-sum", response.headers.get("x-there")! + ctx.state.count.toString());
    return ctx.config.one.get("/second").send(ctx, (ctx, response) => Action.Continue);
  });
}).onResponseHeaders((ctx) => {
  ctx.response.headers.set("x-count", (<f64>ctx.state.count + ctx.state.half).toString());
  return Action.Continue;
});`,
      FLAGS,
    );
    expect(collects(plugin)).toBe(false);
    const one = upstream(({ path }) => ({ headers: { "x-there": path } }));
    const gateway = await startGateway({
      plugin,
      clusters: { one },
      config: {
        cluster: "one",
        names: ["x", "-tail"],
        _rules_: [{ _match_domain_: ["other"], cluster: "one", names: ["", ""] }],
      },
      trace: false,
    });
    const ask = async (text: string) => gateway.fetch("/", { headers: { "x-text": text } });
    const send = async (requests: number): Promise<number> => {
      for (let i = 0; i < requests; i++) {
        const text = `t${i}`.repeat(50);
        const answer = await ask(text);
        const path = `/${text}-tail`;
        expect(answer.json()).toMatchObject({ headers: { "x-sum": path + (text.length + path.length) } });
        expect(answer.headers.get("x-count")).toBe(`${text.length + path.length}.5`);
      }
      return gateway.memoryPages;
    };
    const pages = await send(100);
    expect(await send(1000)).toBe(pages);
    const answers = await Promise.all(
      Array.from({ length: 300 }, async (_, i) => (await ask(`t${i}`)).status),
    );
    expect(new Set(answers)).toEqual(new Set([200]));
    expect(gateway.logs).toEqual([]);
  });
});
