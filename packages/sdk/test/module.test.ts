import { describe, expect, test } from "vitest";
import { BUILDS, DEBUG, RELEASE, buildAnew as build } from "./compile.ts";

const header = `import { Action, Cluster, HttpClient, Plugin } from "@gateway-plugins/sdk";\n`;
const shape = (wasm: Uint8Array) => {
  const module = new WebAssembly.Module(new Uint8Array(wasm));
  return {
    imports: WebAssembly.Module.imports(module).map(({ module: from, name }) => `${from}.${name}`),
    exports: WebAssembly.Module.exports(module).map(({ name }) => name),
  };
};
const ALWAYS = ["proxy_abi_version_0_2_100", "proxy_abi_version_0_2_1", "proxy_on_memory_allocate"];

describe("a release build exports what it needs", () => {
  test.for([
    [
      "a request handler",
      `new Plugin("p").onRequestHeaders((ctx) => Action.Continue);`,
      ["proxy_on_request_headers"],
    ],
    [
      "a configuration",
      `class C { a: string = ""; }\nnew Plugin<C>("p").parseConfig((json, c) => { c.a = json.string("a"); }).onRequestHeaders((ctx) => Action.Continue);`,
      ["proxy_on_configure", "proxy_on_context_create", "proxy_on_request_headers"],
    ],
    [
      "a response handler",
      `new Plugin("p").onResponseHeaders((ctx) => Action.Continue);`,
      ["proxy_on_response_headers"],
    ],
    [
      "a body to change",
      `new Plugin("p").rewriteRequestBody((ctx, body) => body.appendText("x"));`,
      ["proxy_on_request_headers", "proxy_on_request_body", "proxy_on_request_trailers"],
    ],
    [
      "calls",
      `const c = new HttpClient(Cluster.named("c"));\nnew Plugin("p").onRequestHeaders((ctx) => c.get("/").send(ctx, (ctx, r) => Action.Continue));`,
      ["proxy_on_request_headers", "proxy_on_http_call_response"],
    ],
    [
      "a handler registered through a variable",
      `function make(): Plugin<NoConfig, NoState> { return new Plugin("p"); }\nconst p = make();\np.onLog((ctx) => {});`,
      ["proxy_on_log"],
    ],
  ] as const)("for %s", async ([, source, callbacks]) => {
    const { exports } = shape(await build(header + source, RELEASE));
    expect(exports.toSorted()).toEqual([...ALWAYS, ...callbacks, "memory"].toSorted());
  });
});

test("a release build is the same whatever was built before it in the process", async () => {
  const source = `import { Plugin } from "@gateway-plugins/sdk";
    new Plugin("p").onRequestBody((ctx, body) => { const json = body.json(); return ctx.respond(200, json ? json.string("name") || "" : "no"); });`;
  const first = await build(source);
  for (const flags of [DEBUG, ["--optimizeLevel", "3"]]) {
    await build(source, flags);
    expect(Buffer.from(await build(source)).equals(first)).toBe(true);
  }
});

describe.for(BUILDS)("a %s build", ([name, flags]) => {
  test("loads on every gateway: markers in order, no start section, no import besides host functions", async () => {
    const wasm = await build(
      header +
        `new Plugin("p").onRequestHeaders((ctx) => ctx.respond(200, "x".repeat(i32(ctx.request.path.length))));`,
      flags,
    );
    const { imports, exports } = shape(wasm);
    expect(imports.filter((key) => !key.startsWith("env.proxy_"))).toEqual([]);
    expect(imports.filter((key) => key.includes("redis"))).toEqual([]);
    expect(exports.filter((key) => key.startsWith("proxy_abi_version_"))).toEqual([
      "proxy_abi_version_0_2_100",
      "proxy_abi_version_0_2_1",
    ]);
    expect(exports).not.toContain("main");
    expect(exports.includes("_initialize")).toBe(name === "debug");
  });
});

test("naming the transform twice is naming it once", async () => {
  const source = header + `new Plugin("p").onRequestHeaders((ctx) => ctx.respond(200, "hello"));`;
  const twice = await build(source, [...RELEASE, "--transform", "@gateway-plugins/sdk/transform"]);
  expect(Buffer.from(twice).equals(Buffer.from(await build(source)))).toBe(true);
});

test("the same sources give the same bytes", async () => {
  const source = header + `new Plugin("p").onRequestHeaders((ctx) => ctx.respond(200, "hello"));`;
  expect(Buffer.from(await build(source)).equals(Buffer.from(await build(source)))).toBe(true);
  expect((await build(source, DEBUG)).length).toBeGreaterThan(0);
});
