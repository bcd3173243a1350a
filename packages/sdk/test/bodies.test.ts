import { startGateway, upstream } from "@gateway-plugins/test-host";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { BUILDS, build } from "./compile.ts";

const plugin = (
  registration: string,
) => `import { Action, Bytes, Cluster, HttpClient, Plugin } from "@gateway-plugins/sdk";
const client = new HttpClient(Cluster.named("checker"));
new Plugin("bodies").${registration};`;

describe.for(BUILDS)("bodies (%s)", ([, flags]) => {
  test("onRequestBody sees the whole body, however it arrives, and passes it on untouched", async () => {
    const service = upstream();
    const wasm = await build(
      plugin(
        `onRequestBody((ctx, body) => body.text() == "one two" ? Action.Continue : ctx.respond(400, body.text()))`,
      ),
      flags,
    );
    const gateway = await startGateway({ plugin: wasm, upstream: service });
    for (const body of ["one two", ["one ", "two"], ["o", "ne", " t", "", "wo"]]) {
      expect((await gateway.fetch("/", { body })).status).toBe(200);
      expect(service.requests.at(-1)?.text()).toBe("one two");
    }
    expect((await gateway.fetch("/", { body: ["one"] })).text()).toBe("one");
    expect((await gateway.fetch("/")).status).toBe(200);
  });

  test("a body that ends with trailers is as complete as any", async () => {
    const service = upstream();
    const wasm = await build(
      plugin(
        `rewriteRequestBody((ctx, body) => body.text() == "forbidden" ? ctx.respond(403) : body.appendText("!"))`,
      ),
      flags,
    );
    const gateway = await startGateway({ plugin: wasm, upstream: service });
    const trailers = { "x-sum": "1" };
    expect((await gateway.fetch("/", { body: ["forb", "idden"], trailers })).status).toBe(403);
    expect((await gateway.fetch("/", { body: ["fine"], trailers })).status).toBe(200);
    expect(service.requests.map((request) => request.text())).toEqual(["fine!"]);
  });

  test.for([
    ["replaceText", `body.replaceText("new")`, "new"],
    ["replace with nothing", `body.replaceText("")`, ""],
    ["replace with more", `body.replaceText("x".repeat(5000))`, "x".repeat(5000)],
    ["append", `body.append(Bytes.of("-end"))`, "body-end"],
    ["prepend", `body.prependText("start-")`, "start-body"],
    ["nothing", `Action.Continue`, "body"],
  ] as const)("rewriteRequestBody: %s, with the framing right", async ([, expression, expected]) => {
    const service = upstream();
    const wasm = await build(plugin(`rewriteRequestBody((ctx, body) => ${expression})`), flags);
    const gateway = await startGateway({ plugin: wasm, upstream: service });
    await gateway.fetch("/", { body: "body" });
    expect(service.requests[0]?.text()).toBe(expected);
    expect(service.requests[0]?.header("content-length") ?? `${expected.length}`).toBe(`${expected.length}`);
  });

  test("rewriteResponseBody changes the whole body", async () => {
    const wasm = await build(
      plugin(`rewriteResponseBody((ctx, body) => body.replaceText(body.text().toUpperCase()))`),
      flags,
    );
    const gateway = await startGateway({
      plugin: wasm,
      upstream: upstream({ headers: { "content-length": "6" }, body: ["abc", "def"] }),
    });
    const response = await gateway.fetch("/");
    expect([response.text(), response.headers.get("content-length")]).toEqual(["ABCDEF", null]);
  });

  test("chunks change one by one, and one that is returned as it came is left alone", async () => {
    const service = upstream({ body: ["keep", "drop", "last"] });
    const wasm = await build(
      plugin(`rewriteResponseChunks((ctx, chunk, last) => chunk.equals(Bytes.of("drop")) ? Bytes.EMPTY : last ? chunk.concat(Bytes.of(".")) : chunk)
  .rewriteRequestChunks((ctx, chunk, last) => Bytes.of(chunk.text() + ";"))`),
      flags,
    );
    const gateway = await startGateway({ plugin: wasm, upstream: service });
    const response = await gateway.fetch("/", { body: ["a", "b"] });
    expect(response.text()).toMatch(/^keeplast\.?$/);
    expect(service.requests[0]?.text()).toMatch(/^a;b;;?$/);
  });

  test("a call in the middle of a body holds it, and its answer decides", async () => {
    const service = upstream();
    const checker = upstream((request) => ({
      status: new TextDecoder().decode(request.body) === "good" ? 200 : 403,
    }));
    const wasm = await build(
      plugin(
        `onRequestBody((ctx, body) => client.post("/check", { body: body.text() }).send(ctx, (ctx, r) => r.ok ? Action.Continue : ctx.respond(r.status)))`,
      ),
      flags,
    );
    const gateway = await startGateway({ plugin: wasm, upstream: service, clusters: { checker } });
    expect((await gateway.fetch("/", { body: ["go", "od"] })).status).toBe(200);
    expect((await gateway.fetch("/", { body: "bad" })).status).toBe(403);
    expect(service.requests.map((request) => request.text())).toEqual(["good"]);
  });

  test("a body over the limit is the gateway's to refuse", async () => {
    const wasm = await build(plugin(`onRequestBody((ctx, body) => Action.Continue)`), flags);
    const gateway = await startGateway({ plugin: wasm, bufferLimitBytes: 1000 });
    expect((await gateway.fetch("/", { body: ["x".repeat(900), "y".repeat(900)] })).status).toBe(413);
  });
});

describe.for(BUILDS)("both handlers of a body (%s)", ([, flags]) => {
  test("serve one message each, as its headers choose", async () => {
    const service = upstream((request) => ({
      body: ["o", "ne"],
      headers: { "x-whole": request.headers.find(([name]) => name === "x-whole")?.[1] ?? "" },
    }));
    const wasm = await build(
      plugin(`onRequestHeaders((ctx) => { if (ctx.request.headers.has("x-whole")) ctx.request.bufferBody(); return Action.Continue; })
        .rewriteRequestBody((ctx, body) => body.replaceText("<" + body.text() + ">"))
        .rewriteRequestChunks((ctx, chunk, last) => Bytes.of(chunk.text() + ";"))
        .onResponseHeaders((ctx) => { if (ctx.response.headers.get("x-whole") == "1") ctx.response.bufferBody(); return Action.Continue; })
        .rewriteResponseChunks((ctx, chunk, last) => Bytes.of(chunk.text() + ";"))
        .rewriteResponseBody((ctx, body) => body.replaceText("<" + body.text() + ">"))
        .limitRequestBody(10)`),
      flags,
    );
    const gateway = await startGateway({ plugin: wasm, upstream: service });
    const ask = async (headers: Record<string, string>, more: object = {}) =>
      (await gateway.fetch("/", { body: ["t", "wo"], headers, ...more })).text();
    expect(await ask({ "x-whole": "1" })).toBe("<one>");
    expect(await ask({ "x-whole": "1" }, { trailers: { "x-sum": "1" } })).toBe("<one>");
    expect(await ask({})).toMatch(/^o;ne;;?$/);
    expect(service.requests.map((request) => request.text())).toEqual([
      "<two>",
      "<two>",
      expect.stringMatching(/^t;wo;;?$/),
    ]);
    const long = { body: ["x".repeat(11)] };
    expect((await gateway.fetch("/", { ...long, headers: { "x-whole": "1" } })).status).toBe(413);
    expect((await gateway.fetch("/", long)).status).toBe(200);
  });

  test("a plugin sends a response's body by itself, once services have seen it", async () => {
    const wasm = await build(
      `import { Action, Bytes, Cluster, HttpClient, Plugin } from "@gateway-plugins/sdk";
      import { injectResponseBody, pauseResponseBody } from "@gateway-plugins/sdk/higress";
      const client = new HttpClient(Cluster.named("checker"));
      class State { left: i32 = 0; over: bool = false; }
      new Plugin<NoConfig, State>("p")
        .onResponseHeaders((ctx) => { if (ctx.response.headers.has("x-check")) pauseResponseBody(); return Action.Continue; })
        .rewriteResponseChunks((ctx, chunk, last) => {
          if (last) ctx.state.over = true;
          if (!chunk.length) return chunk;
          ctx.state.left++;
          const sent = client.post("/", { body: chunk.text() }).send(ctx, (ctx, checked) => {
            const isLast = --ctx.state.left == 0 && ctx.state.over;
            injectResponseBody(checked.text() + (isLast ? "." : ","), isLast);
            return Action.Continue;
          });
          return chunk;
        });`,
      flags,
    );
    const checker = upstream((request) => ({ body: new TextDecoder().decode(request.body).toUpperCase() }));
    const service = upstream((request) => ({
      body: ["one", "two"],
      headers: request.path === "/checked" ? [["x-check", "1"]] : [],
    }));
    const gateway = await startGateway({ plugin: wasm, upstream: service, clusters: { checker } });
    expect((await gateway.fetch("/checked")).text()).toMatch(/^ONE,TWO[.]$/);
    expect(gateway.liveContexts).toBe(1);
  });
});
