import { describe, expect, test } from "vitest";
import { compile } from "./compile.ts";

const plugin = (body: string, generics = "") =>
  `import { Action, HttpClient, Plugin, Cluster } from "@gateway-plugins/sdk";
const client = new HttpClient(Cluster.named("c"));
new Plugin${generics}("p")${body};`;

/** What an author gets wrong, and what they are told. */
const MISTAKES: [mistake: string, source: string, message: RegExp][] = [
  [
    "a captured variable",
    plugin(
      `.onRequestHeaders((ctx) => { const user = ctx.request.path; return client.get("/").send(ctx, (ctx, r) => { ctx.request.headers.set("x", user); return Action.Continue; }); })`,
    ),
    /'user' belongs to the function around this callback.*sendWith\(ctx, user/s,
  ],
  [
    "a callback with two handlers",
    plugin(
      `.onRequestBody((ctx, body) => Action.Continue).onLog((ctx) => {}).rewriteRequestBody((ctx, body) => body.appendText("!"))`,
    ),
    /'rewriteRequestBody' would replace 'onRequestBody' above/,
  ],
  [
    "the outer context in a callback",
    plugin(
      `.onRequestHeaders((outer_ctx) => client.get("/").send(outer_ctx, (c, r) => outer_ctx.respond(500)))`,
    ),
    /Use the callback's own first parameter/,
  ],
  [
    "a send that is not returned",
    plugin(
      `.onRequestHeaders((ctx) => { client.get("/").send(ctx, (ctx, r) => Action.Continue); return Action.Continue; })`,
    ),
    /'send' holds the message.*has to be returned/s,
  ],
  [
    "a respond that is not returned",
    plugin(`.onRequestHeaders((ctx) => { ctx.respond(403); return Action.Continue; })`),
    /'respond' answers the request.*return ctx\.respond/s,
  ],
  [
    "a callback without a result",
    plugin(`.onRequestHeaders((ctx) => client.get("/").send(ctx, (ctx, r) => { ctx.request.path; }))`),
    /every way through a handler or callback returns an Action/,
  ],
  [
    "a number for an Action",
    plugin(`.onRequestHeaders((ctx) => { return 0; })`),
    /return Action\.Continue \(not a number\)/,
  ],
  [
    "a nullable value as a string",
    plugin(
      `.onRequestHeaders((ctx) => { const a: string = ctx.request.headers.get("a"); return Action.Continue; })`,
    ),
    /give a default with `value \|\| ""`/,
  ],
  [
    "two handlers of one callback, one of them behind the declaration",
    `import { Plugin } from "@gateway-plugins/sdk"; const p = new Plugin("p").onLog((ctx) => {}); p.onTick(1, (plugin) => {}); p.onLog((ctx) => {});`,
    /'onLog' would replace 'onLog' above/,
  ],
  [
    "two handlers of one callback in two statements",
    `import { Plugin } from "@gateway-plugins/sdk"; const p = new Plugin("p"); p.onLog((ctx) => {}).onTick(1, (plugin) => {}); p.onTick(2, (plugin) => {});`,
    /'onTick' would replace 'onTick' above/,
  ],
  ["throw", plugin(`.onRequestHeaders((ctx) => { throw new Error("x"); })`), /'throw' ends the whole plugin/],
  [
    "try",
    plugin(`.onRequestHeaders((ctx) => { try { ctx.request.path; } catch (e) {} return Action.Continue; })`),
    /nothing in the SDK throws/,
  ],
  [
    "optional chaining",
    plugin(`.onRequestHeaders((ctx) => { const a = ctx.request?.path; return Action.Continue; })`),
    /AssemblyScript has no '\?\.'/,
  ],
  [
    "for of",
    plugin(
      `.onRequestHeaders((ctx) => { for (const e of ctx.request.headers.entries()) {} return Action.Continue; })`,
    ),
    /there is no for\.\.of/,
  ],
  [
    "headers.add",
    plugin(`.onRequestHeaders((ctx) => { ctx.request.headers.add("a", "b"); return Action.Continue; })`),
    /append\(name, value\) keeps what is there/,
  ],
  [
    "answering a body that is on its way out",
    plugin(`.rewriteResponseBody((ctx, body) => { return ctx.respond(500); })`),
    /status and headers have already been sent/,
  ],
  [
    "answering in the log phase",
    plugin(`.onLog((ctx) => { const a = ctx.respond(500); })`),
    /status and headers have already been sent/,
  ],
  [
    "headers that have left",
    plugin(`.onResponseHeaders((ctx) => { ctx.request.headers.set("a", "b"); return Action.Continue; })`),
    /these headers have already left/,
  ],
  [
    "resuming by hand",
    plugin(`.onRequestHeaders((ctx) => { ctx.resumeRequest(); return Action.Continue; })`),
    /the SDK resumes/,
  ],
  [
    "a misspelt option",
    plugin(
      `.onRequestHeaders((ctx) => client.get("/", { timeot: 5 }).send(ctx, (ctx, r) => Action.Continue))`,
    ),
    /timeot/,
  ],
  [
    "a literal that is no header name",
    plugin(`.onRequestHeaders((ctx) => { ctx.request.headers.set("x y", "b"); return Action.Continue; })`),
    /"x y" is not a header that a plugin may change/,
  ],
  [
    "a literal that would split a header",
    plugin(
      String.raw`.onRequestHeaders((ctx) => { ctx.request.headers.set("x", "a\r\nb: c"); return Action.Continue; })`,
    ),
    /is not a header value/,
  ],
  [
    "changing content-length",
    plugin(
      `.onRequestHeaders((ctx) => { ctx.request.headers.set("Content-Length", "5"); return Action.Continue; })`,
    ),
    /"Content-Length" is not a header that a plugin may change/,
  ],
  [
    "appending to a header of one value",
    plugin(
      `.onRequestHeaders((ctx) => { ctx.request.headers.append("content-type", "b"); return Action.Continue; })`,
    ),
    /"content-type" is not a header that a plugin may append to/,
  ],
  [
    "two handlers of a body of which one never runs",
    plugin(
      `.rewriteRequestChunks((ctx, chunk, last) => chunk).onRequestBody((ctx, body) => Action.Continue)`,
    ),
    /of 'rewriteRequestChunks' and 'onRequestBody' only that for chunks runs, unless ctx.request.bufferBody\(\) chooses/,
  ],
  [
    "a call at the top level",
    `import { clock, Plugin } from "@gateway-plugins/sdk"; const now = clock.nowMs(); new Plugin("p").onRequestHeaders((ctx) => ctx.respond(200, now.toString()));`,
    /the top level of the plugin calls the gateway \(proxy_get_current_time_nanoseconds\)/,
  ],
  [
    "a configuration that nothing makes",
    `import { Plugin } from "@gateway-plugins/sdk"; class Config { name: string = "x"; } new Plugin<Config>("p").onRequestHeaders((ctx) => ctx.respond(200, ctx.config.name));`,
    /register \.parseConfig\([^]*ctx\.config\.name[^]*in plugin\.ts\(1,/,
  ],
  [
    "a configuration that nothing makes, outside of requests",
    `import { Plugin } from "@gateway-plugins/sdk"; class Config { name: string = "x"; } function name(config: Config): string { return config.name; } new Plugin<Config>("p").onTick(1, (plugin) => { name(plugin.config); });`,
    /register \.parseConfig\([^]*plugin\.config\);[^]*in plugin\.ts\(1,/,
  ],
  [
    "a configuration that is an interface",
    `import { Action, Plugin } from "@gateway-plugins/sdk"; interface Config { name: string } new Plugin<Config>("p").parseConfig((json, config) => { config.name = json.string("name"); }).onRequestHeaders((ctx) => Action.Continue);`,
    /'Config' has to be a class, whose fields have initial values/,
  ],
  [
    "a configuration whose constructor takes arguments",
    `import { Action, Plugin } from "@gateway-plugins/sdk"; class Config { constructor(public name: string) {} } new Plugin<Config>("p").parseConfig((json, config) => {}).onRequestHeaders((ctx) => Action.Continue);`,
    /configuration and state are made without arguments/,
  ],
  [
    "a field without an initial value",
    `import { Action, Plugin } from "@gateway-plugins/sdk"; class Config { name: string; } new Plugin<Config>("p").parseConfig((json, config) => {}).onRequestHeaders((ctx) => Action.Continue);`,
    /give the field an initial value/,
  ],
  [
    "a second plugin in one module",
    `${plugin(".onRequestHeaders((ctx) => Action.Continue)")} new Plugin("q").onLog((ctx) => {});`,
    /a module is one plugin.*of the one above/s,
  ],
  [
    "a call that holds, where no message is",
    plugin(`.onTick(1000, (plugin) => { client.get("/").send(plugin, (ctx, r) => Action.Continue); })`),
    /no message that 'send' could hold.*\.run\(plugin, /s,
  ],
  [
    "a call that holds, where the request is over",
    plugin(`.onLog((ctx) => { client.get("/").send(ctx, (ctx, r) => Action.Continue); })`),
    /no message that 'send' could hold.*\.run\(ctx\.plugin, /s,
  ],
  [
    "a call that is returned, where the request is over",
    plugin(`.onLog((ctx) => client.get("/").send(ctx, (ctx, r) => Action.Continue))`),
    /no message that 'send' could hold.*\.run\(ctx\.plugin, /s,
  ],
  [
    "headers as an object",
    plugin(`.onRequestHeaders((ctx) => ctx.respond(200, "", { headers: { "x-a": "b" } }))`),
    /headers are a list of pairs: \[\["name", "value"\]\]/,
  ],
  [
    "a verb's answer for an Action",
    plugin(`.onRequestHeaders((ctx) => { return ctx.request.headers.set("a", "b"); })`),
    /return Action\.Continue/,
  ],
  [
    "a regular expression",
    plugin(`.onRequestHeaders((ctx) => /^a/.test(ctx.request.path) ? ctx.respond(403) : Action.Continue)`),
    /Pattern\.compile/,
  ],
  [
    "a list's map without a type",
    plugin(
      `.onRequestHeaders((ctx) => ctx.respond(200, ctx.request.headers.entries().map((h) => h[0]).join(",")))`,
    ),
    /list\.map<string>\(/,
  ],
  ["any", plugin(`.onRequestHeaders((ctx: any) => Action.Continue)`), /there is no 'any'/],
  [
    "undefined",
    plugin(
      `.onRequestHeaders((ctx) => ctx.request.headers.get("a") == undefined ? ctx.respond(403) : Action.Continue)`,
    ),
    /what is absent is null/,
  ],
  [
    "JSON.parse",
    plugin(`.onRequestBody((ctx, body) => { const a = JSON.parse(body.text()); return Action.Continue; })`),
    /body\.json\(\).*TypedJson/s,
  ],
  [
    "fetch",
    plugin(`.onRequestHeaders((ctx) => { fetch("http://a"); return Action.Continue; })`),
    /HttpClient/,
  ],
  ["a union of types", plugin(`; function f(a: string | i32): void {}`), /only union is that with null/],
  ...["Date.now()", "Math.random()", 'console.log("a")', "performance.now()"].map(
    (call): [string, string, RegExp] => [
      call,
      plugin(`.onRequestHeaders((ctx) => { ${call}; return Action.Continue; })`),
      /no gateway offers/,
    ],
  ),
];

describe("the transform explains", () => {
  test.for(MISTAKES)("%s", async ([, source, message]) => {
    const { wasm, messages } = await compile(source);
    expect(wasm).toBeUndefined();
    expect(messages).toMatch(message);
  });

  test("a null assertion that could end the plugin, as a warning", async () => {
    const { wasm, messages } = await compile(
      plugin(`.onRequestHeaders((ctx) => ctx.respond(200, ctx.request.headers.get("a")!))`),
    );
    expect(wasm).toBeDefined();
    expect(messages).toMatch(/'!' ends the whole plugin when this is null/);
  });

  test("nothing where nothing is wrong: constants, loops and shadowed names", async () => {
    const source = plugin(`.onRequestHeaders((ctx) => {
      const limit = 3;
      let n = 0;
      for (let i = 0; i < limit; i++) n += i;
      return client.get("/" + n.toString()).send(ctx, (ctx, response) => {
        const n = response.status + limit;
        return n > 200 ? Action.Continue : ctx.respond(500);
      });
    })`);
    const { wasm, messages } = await compile(source);
    expect(messages.replace(/Last converge.*\n/, "")).toBe("");
    expect(wasm).toBeDefined();
  });

  test("a module that does nothing, as a warning", async () => {
    const { wasm, messages } = await compile(
      `import { Action, Plugin } from "@gateway-plugins/sdk"; export function start(): void { new Plugin("p").onRequestHeaders((ctx) => Action.Continue); }`,
    );
    expect(wasm).toBeDefined();
    expect(messages).toMatch(/no handler is registered/);
  });

  test("nothing of an author's own `config` in a plugin without configuration", async () => {
    const { wasm } = await compile(
      `import { Action, Plugin } from "@gateway-plugins/sdk"; class Part { config: string = "x"; } const part = new Part(); new Plugin("p").onRequestHeaders((ctx) => ctx.respond(200, part.config));`,
    );
    expect(wasm).toBeDefined();
  });

  test("nothing of functions of a runtime that the author names in a gateway's place", async () => {
    const { messages } = await compile(
      `import { Action, Plugin } from "@gateway-plugins/sdk"; namespace Date { export function now(): i64 { return 1; } } new Plugin("p").onRequestHeaders((ctx) => ctx.respond(200, Date.now().toString()));`,
    );
    expect(messages).not.toMatch(/no gateway offers/);
  });
});
