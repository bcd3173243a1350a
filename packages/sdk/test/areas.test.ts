import { grpcService, startGateway, upstream } from "@gateway-plugins/test-host";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { BUILDS, build } from "./compile.ts";

const GRPC = `import { Action, Cluster, Failure, GrpcClient, Plugin, ProtoReader, ProtoWriter } from "@gateway-plugins/sdk";
const grpc = new GrpcClient(Cluster.named("checks"));
new Plugin("p").onRequestHeaders((ctx) => {
  const message = new ProtoWriter().text(1, ctx.request.path).message(2, new ProtoWriter().varint(1, 300).bool(2, true)).take();
  const metadata: string[][] = [["x-from", ctx.request.headers.get("x-from") || "nobody"]];
  return grpc.call("test.Checks", "Check", message, { metadata, timeout: 100 }).send(ctx, (ctx, response) => {
    if (!response.ok) return ctx.respond(503, response.status.toString() + " " + response.reason);
    const reader = new ProtoReader(response.bytes);
    let text = "";
    while (reader.next()) text += reader.field == 1 ? reader.text() : reader.u64().toString();
    return ctx.respond(200, text + reader.ok.toString());
  });
});`;

describe.for(BUILDS)("gRPC calls (%s)", ([, flags]) => {
  const start = async (clusters: Parameters<typeof startGateway>[0]["clusters"]) =>
    startGateway({ plugin: await build(GRPC, flags), name: "p", clusters });

  test("send a message with metadata, and read the answer", async () => {
    const service = grpcService({
      "/test.Checks/Check": async (call) => {
        await call.receive();
        return new Uint8Array([10, 2, 104, 105, 16, 172, 2]);
      },
    });
    const gateway = await start({ checks: service });
    const response = await gateway.fetch("/a", { headers: { "x-from": "me" } });
    expect(response.text()).toBe("hi300true");
    const [call] = service.calls;
    expect([...(call?.messages[0] ?? [])]).toEqual([10, 2, 47, 97, 18, 5, 8, 172, 2, 16, 1]);
    expect(call?.headers).toContainEqual(["x-from", "me"]);
  });
  test.for([
    ["an unknown cluster", {}],
    ["a host that is missing", { checks: null }],
  ] as const)("tell of %s", async ([, clusters]) => {
    const gateway = await start(clusters as never);
    const response = await gateway.fetch("/");
    expect([response.status, response.text()]).toEqual([503, "-1 no healthy host"]);
  });
  test("tell of a service that refuses, or takes too long", async () => {
    const gateway = await start({
      checks: grpcService({ "/test.Checks/Check": () => new Promise<never>(() => undefined) }),
    });
    const pending = gateway.fetch("/");
    await gateway.advance(100);
    expect((await pending).text()).toMatch(/^14 upstream request timeout/);
    const refusing = await start({ checks: grpcService({}) });
    expect((await refusing.fetch("/")).text()).toMatch(/^12 /);
  });
});

const CONFIG = `import { Action, Bytes, Plugin, ConfigReader } from "@gateway-plugins/sdk";
class Config { n: i32 = 0; name: string = ""; inner: string = ""; list: string[] = []; }
`;
describe.for(BUILDS)("configurations (%s)", ([, flags]) => {
  test("of rules inherit what they do not say", async () => {
    const gateway = await startGateway({
      plugin: await build(
        `${CONFIG}new Plugin<Config>("p").rulesInherit().parseConfig((json, config) => {
          config.n = json.integer("n", 1); config.name = json.requireString("name");
          const o = json.object("o"); config.inner = o.string("a") + o.string("b"); config.list = json.strings("list");
        }).onRequestHeaders((ctx) => ctx.respond(200, [ctx.config.n.toString(), ctx.config.name, ctx.config.inner, ctx.config.list.join()].join(" ")));`,
        flags,
      ),
      config: {
        n: 5,
        name: "all",
        o: { a: "A", b: "B" },
        list: ["x", "y"],
        _rules_: [
          { _match_domain_: ["rule"], name: "rule", o: { b: "C" }, list: ["z"] },
          { _match_domain_: ["empty"] },
        ],
      },
    });
    const at = async (authority: string) => (await gateway.fetch("/", { authority })).text();
    expect([await at("else"), await at("rule"), await at("empty")]).toEqual([
      "5 all AB x,y",
      "5 rule AC z",
      "5 all AB x,y",
    ]);
  });
  test("may be something else than JSON", async () => {
    const plugin = await build(
      `${CONFIG}new Plugin<Config>("p").parseRawConfig((text, config) => { config.name = text.text(); return config.name.startsWith("!") ? "begins with !" : null; })
        .onRequestHeaders((ctx) => ctx.respond(200, ctx.config.name));`,
      flags,
    );
    const gateway = await startGateway({ plugin, name: "p", config: "a = b" });
    expect((await gateway.fetch("/")).text()).toBe("a = b");
    expect((await gateway.configure("!")).accepted).toBe(false);
    expect((await gateway.fetch("/")).text()).toBe("a = b");
  });
});

const USAGE = `import { Plugin, TokenUsage } from "@gateway-plugins/sdk";
class State { usage: TokenUsage = new TokenUsage(); }
function told(usage: TokenUsage): string { return [usage.model, usage.chatId, usage.inputTokens.toString(), usage.outputTokens.toString(), usage.totalTokens.toString(), usage.isKnown.toString()].join(" "); }
new Plugin<NoConfig, State>("p").onRequestBody((ctx, body) => {
  const bytes = body.bytes;
  if (bytes.at(0) != 100) return ctx.respond(ctx.state.usage.readBody(bytes) ? 200 : 400, told(ctx.state.usage));
  for (let at = 0; at < bytes.length; at += 7) ctx.state.usage.readChunk(bytes.slice(at, at + 7), at + 7 >= bytes.length);
  return ctx.respond(200, told(ctx.state.usage));
});`;
describe.for(BUILDS)("token usage (%s)", ([, flags]) => {
  const of = async (body: string) => {
    const gateway = await startGateway({ plugin: await build(USAGE, flags) });
    return (await gateway.fetch("/", { body })).text();
  };
  const sse = (...events: object[]) =>
    `${events.map((event) => `data: ${JSON.stringify(event)}\n\n`).join("")}data: [DONE]\n\n`;

  test.for([
    [
      "OpenAI",
      { id: "c1", model: "gpt", usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 } },
      "gpt c1 3 4 7 true",
    ],
    [
      "Anthropic",
      { id: "m1", model: "claude", usage: { input_tokens: 3, output_tokens: 4 } },
      "claude m1 3 4 7 true",
    ],
    [
      "Gemini",
      {
        responseId: "r",
        modelVersion: "g",
        usageMetadata: { promptTokenCount: 1, candidatesTokenCount: 2, totalTokenCount: 5 },
      },
      "g r 1 2 5 true",
    ],
    ["nobody", { answer: 1 }, "  -1 -1 -1 false"],
  ] as const)("of a whole answer of %s", async ([, answer, text]) => {
    expect(await of(JSON.stringify(answer))).toBe(text);
  });
  test.for([
    [
      "OpenAI",
      sse(
        { id: "c1", model: "gpt", choices: [] },
        { id: "c1", model: "gpt", usage: { prompt_tokens: 3, completion_tokens: 4, total_tokens: 7 } },
      ),
      "gpt c1 3 4 7 true",
    ],
    [
      "Anthropic",
      sse(
        {
          type: "message_start",
          message: { id: "m1", model: "claude", usage: { input_tokens: 3, output_tokens: 1 } },
        },
        { type: "message_delta", usage: { output_tokens: 9 } },
      ),
      "claude m1 3 9 12 true",
    ],
  ] as const)("of a streamed answer of %s, in chunks of seven bytes", async ([, stream, text]) => {
    expect(await of(stream)).toBe(text);
  });
  test("of what is no answer is nothing", async () => {
    expect(await of("no json")).toBe("  -1 -1 -1 false");
  });
});

describe.for(BUILDS)("what only Higress offers (%s)", ([, flags]) => {
  test("hosts are read and chosen, and bytes put into a response", async () => {
    const service = upstream({ body: "text" });
    const gateway = await startGateway({
      plugin: await build(
        `import { Action, Bytes, Plugin } from "@gateway-plugins/sdk";
        import { injectResponseBody, overrideUpstreamHost, upstreamHosts } from "@gateway-plugins/sdk/higress";
        new Plugin("p").onRequestHeaders((ctx) => {
          const hosts = upstreamHosts();
          ctx.request.headers.set("x-hosts", hosts.length.toString());
          ctx.request.headers.set("x-chosen", (hosts.length > 0 && overrideUpstreamHost(hosts[0][0])).toString());
          return Action.Continue;
        }).rewriteResponseChunks((ctx, chunk, last) => {
          if (last) injectResponseBody("injected ");
          return chunk;
        });`,
        flags,
      ),
      profile: "higress",
      upstream: service,
    });
    const response = await gateway.fetch("/");
    const [request] = service.requests;
    expect([response.text(), request?.header("x-hosts"), request?.header("x-chosen")]).toEqual([
      "injected text",
      "1",
      "true",
    ]);
  });
});
