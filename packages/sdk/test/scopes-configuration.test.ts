// What is made for a configuration goes with it only where nothing that was there before could keep it; what a start handler makes goes when that is
// over. Each way to keep one, alone in its plugin.
import {
  UpstreamReset,
  createRedisRespError,
  createRedisRespString,
  startGateway,
  startTestHost,
  upstream,
} from "@gateway-plugins/test-host";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { collects } from "./collects.ts";
import { RELEASE, build } from "./compile.ts";
import { BareHost } from "./fuzz/bare-host.ts";

const FLAGS = [...RELEASE, "--debug"];
const IMPORTS = `import { Plugin, HttpClient, Cluster, Counter, RedisClient } from "@gateway-plugins/sdk";`;

/** Each configuration keeps its name; a request is told of what is kept, beside texts of its own. */
const reader = (declarations: string, read: string, give: string): string =>
  `${IMPORTS}
${declarations}
class Config { name: string = ""; kept: string[] = []; }
new Plugin<Config>("p").parseConfig((json, config) => {
  const name = json.requireString("name") + "+";
  ${read}
  if (json.has("bad")) json.requireString("missing");
}).onRequestHeaders((ctx) => {
  const text = ctx.request.headers.get("x-text") || "none";
  return ctx.respond(200, ${give} + (text + "!").concat("?"));
});`;

const READERS: [name: string, declarations: string, read: string, give: string, answers: string[]][] = [
  ["a list", "const all: string[] = [];", "all.push(name);", `all.join(",")`, ["a+", "a+,b+", "a+,b+,c+"]],
  [
    "an object",
    "class Box { text: string = ''; } const box = new Box();",
    "if (!box.text) box.text = name;",
    "box.text",
    ["a+", "a+", "a+"],
  ],
  [
    "an object behind a function's number",
    `class Box { text: string = ""; } const box = new Box();
function keep(text: string): void { if (!box.text) box.text = text; }
function drop(text: string): void {}
class Way { constructor(public take: (text: string) => void) {} } const way = new Way(keep), other = new Way(drop);`,
    `(json.has("other") ? other : way).take(name);`,
    "box.text",
    ["a+", "a+", "a+"],
  ],
  [
    "a list of literals",
    `const all = ["", "", ""]; let next = 0;`,
    "if (next < 3) all[next++] = name;",
    `all.join(",")`,
    ["a+,,", "a+,b+,", "a+,b+,c+"],
  ],
  [
    "an empty pair",
    `const pair: StaticArray<string | null> = [null, null];`,
    "if (pair[0] == null) pair[0] = name;",
    `(pair[0] || "none")`,
    ["a+", "a+", "a+"],
  ],
  [
    "a map of the SDK's",
    `const seen = new Counter("seen");`,
    `const same = seen.with([["to", "same"]]); same.add(); config.name = same.value.toString();`,
    "ctx.config.name",
    // Three VMs have read it.
    ["3", "6", "9"],
  ],
  [
    "what its initialisers share",
    "const shared: string[] = []; class Part { texts: string[] = shared; }",
    "new Part().texts.push(name);",
    `shared.join(",")`,
    ["a+", "a+,b+", "a+,b+,c+"],
  ],
];

/** The answers, without the request's own text, while configurations come and go. */
async function answersOf(plugin: Uint8Array): Promise<string[]> {
  const gateway = await startGateway({ plugin, config: { name: "a" } });
  const answers: string[] = [];
  for (const name of ["b", "c", "d"]) {
    let answer = "";
    for (const text of ["first-text", "2nd", "a-longer-text-than-the-others", "x"]) {
      const whole = (await gateway.fetch("/", { headers: { "x-text": text } })).text();
      expect(whole.endsWith(`${text}!?`)).toBe(true);
      answer = whole.slice(0, -text.length - 2);
    }
    answers.push(answer);
    await gateway.configure({ name });
  }
  return answers;
}

describe("what a configuration leaves outlives it", () => {
  test.for(READERS)("in %s", async ([, declarations, read, give, answers]) => {
    const plugin = await build(reader(declarations, read, give), FLAGS);
    expect(collects(plugin)).toBe(true);
    expect(await answersOf(plugin)).toEqual(answers);
  });
  test("and what a start handler leaves in it outlives the handler", async () => {
    const plugin = await build(
      `${IMPORTS}
class Config { name: string = ""; }
new Plugin<Config>("p").parseConfig((json, config) => { config.name = json.requireString("name"); })
  .onStart((plugin) => { plugin.config.name = plugin.config.name + "-started"; })
  .onRequestHeaders((ctx) => ctx.respond(200, ctx.config.name + (ctx.request.headers.get("x-text") || "none") + "!?"));`,
      FLAGS,
    );
    expect(collects(plugin)).toBe(true);
    expect(await answersOf(plugin)).toEqual(["a-started", "b-started", "c-started"]);
  });
});

describe("what a configuration makes goes with it", () => {
  test.for<[name: string, declarations: string, read: string, give: string]>([
    [
      "beside objects that only requests read",
      "const all: string[] = ['there'];",
      "config.name = name;",
      "all[0]",
    ],
    [
      "beside a counter of the start",
      `const starts = new Counter("starts");`,
      "config.name = name;",
      `"there"`,
    ],
    [
      "with templates and objects of its own",
      "class Part { text: string = ''; } class Whole { part: Part = new Part(); }",
      "const whole = new Whole(); whole.part.text = `${name}: ${name}!`; config.kept.push(whole.part.text.length ? 'there' : 'gone');",
      "ctx.config.kept[0]",
    ],
    ["with lists of its own", "", `config.kept = ["there", name];`, "ctx.config.kept[0]"],
  ])("%s", async ([, declarations, read, give]) => {
    const source = reader(declarations, read, give);
    const plugin = await build(
      declarations.includes("starts")
        ? source.replace(".onRequest", ".onStart((plugin) => starts.add()).onRequest")
        : source,
      FLAGS,
    );
    expect(collects(plugin)).toBe(false);
    expect(await answersOf(plugin)).toEqual(["there", "there", "there"]);
  });
});

describe("a configuration whose request waits is there when a host gives its root context another", () => {
  test.for(["minimal", "incremental"])("with the %s runtime", async (runtime) => {
    const plugin = await build(
      `${IMPORTS}
class Config { name: string = ""; redis: RedisClient = RedisClient.NONE; }
new Plugin<Config>("p").parseConfig((json, config) => { config.name = json.requireString("name"); config.redis = json.redisService(); })
  .onRequestHeaders((ctx) => ctx.config.redis.begin("get").word("k").send(ctx, (ctx, reply) => ctx.respond(200, ctx.config.name + reply.text())));`,
      [...FLAGS, "--runtime", runtime],
    );
    const host = new BareHost(plugin);
    let given = Buffer.alloc(0);
    host.buffer = () => given;
    const configure = (name: string, again = false) => {
      given = Buffer.from(JSON.stringify({ name, serviceName: "redis.static" }));
      return again ? host.configureAgain(given.length) : host.configure(given.length);
    };
    const answers: string[] = [];
    host.told = (name, [, body]) => {
      if (name === "send_local_response") answers.push(String(body));
      return true;
    };
    const reply = () => {
      given = Buffer.from("+!\r\n");
      host.redisReply(given.length);
    };
    expect(configure("first")).toBe(true);
    host.request();
    for (let i = 0; i < 20; i++) expect(configure("another".padEnd(i + 2, "x"), true)).toBe(true);
    reply();
    host.request();
    reply();
    expect(answers).toEqual(["first!", "anotherxxxxxxxxxxxxxx!"]);
  });
});

describe("a client that a request makes lives as long as its calls", () => {
  test("when they are tried again", async () => {
    const plugin = await build(
      `${IMPORTS}
const cluster = Cluster.named("one");
new Plugin("p").onRequestHeaders((ctx) =>
  new HttpClient(cluster).get("/path").retry(1).send(ctx, (ctx, response) => ctx.respond(200, response.headers.get("x-there") || "none")));`,
      FLAGS,
    );
    expect(collects(plugin)).toBe(true);
    let asked = 0;
    const waiting: (() => void)[] = [];
    const one = upstream(async ({ path }) => {
      // The first of each, when all have come.
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        if (waiting.length === 5) waiting.splice(0).forEach((answer) => answer());
      });
      if (asked++ < 5) throw new UpstreamReset("connect-failure");
      return { headers: { "x-there": path } };
    });
    const gateway = await startGateway({ plugin, clusters: { one } });
    const answers = await Promise.all([1, 2, 3, 4, 5].map(async () => (await gateway.fetch("/")).text()));
    expect(answers).toEqual(Array.from({ length: 5 }, () => "/path"));
  });

  test("when Redis wants its password once more", async () => {
    const plugin = await build(
      `${IMPORTS}
const cluster = Cluster.named("redis");
new Plugin("p").onRequestHeaders((ctx) => {
  if (ctx.request.path != "/") return ctx.respond(200, ctx.request.path + "!");
  return new RedisClient(cluster).begin("get").word("k").send(ctx, (ctx, reply) => ctx.respond(200, reply.text()));
});`,
      FLAGS,
    );
    expect(collects(plugin)).toBe(true);
    const host = await startTestHost({ plugin, profile: "higress" });
    await host.callOnHttpRequestHeaders({});
    for (let i = 0; i < 30; i++) await host.gateway.fetch("/".padEnd(i + 2, "x"));
    await host.callOnRedisCall(0, createRedisRespError("NOAUTH Authentication required."));
    await host.callOnRedisCall(0, createRedisRespString("there"));
    expect(host.getLocalResponse()).toMatchObject({ statusCode: 200, data: "there" });
    await host.completeHttp();
  });
});
