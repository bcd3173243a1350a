import { readFileSync } from "node:fs";
import { startGateway, startRedis, upstream } from "@gateway-plugins/test-host";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { DEBUG, build } from "./compile.ts";

const page = readFileSync(new URL("../../../docs/from-go.md", import.meta.url), "utf8");

interface Row {
  go: string;
  here: string;
  example: string;
}
/** The rows of all tables behind a comment `rows: <kind>`. */
function rowsOf(kind: string): Row[] {
  return page
    .split(/^<!-- rows: /m)
    .filter((part) => part.startsWith(`${kind} -->`))
    .flatMap((part) => /^\|[^]*?\n\n/m.exec(`${part}\n\n`)![0].trim().split("\n").slice(2))
    .map((line) => {
      const [, go = "", here = "", example = ""] = line
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim().replaceAll("\\|", "|"));
      return { go, here, example: /^`(.*)`$/.exec(example)?.[1] ?? "" };
    });
}

const HEADER = `import { Action, Body, ByteSink, Bytes, Cluster, ConfigReader, Counter, EventReader, Failure, GrpcClient, HttpClient, Leader, LogFields, Overflow, Plugin, ProtoWriter, RedisCall,
  RedisClient, RedisScript, RequestBodyContext, RequestContext, ResponseBodyContext, ResponseContext, ResponseTrailersContext, SharedCounter, SharedQueue, SharedValue, TokenUsage, WholeRequestContext, both,
  Json, Pattern, base64, clock, crypto, escape, foreign, gunzip, hex, log, percent, quote, utc } from "@gateway-plugins/sdk";
import { HeadersStatus, hold } from "@gateway-plugins/sdk/advanced";
import { injectResponseBody, overrideUpstreamHost, upstreamHosts } from "@gateway-plugins/sdk/higress";
import { TypedJson } from "@gateway-plugins/sdk/typed-json";
@json class Order { user: string | null; }
class Config { name: string = ""; n: i32 = 0; names: string[] = []; }
class State { user: string = ""; chunks: Bytes[] = []; }
const client = new HttpClient(Cluster.named("service")), redis = new RedisClient(Cluster.named("redis"));
`;
const PARAMETERS: Record<string, string> = {
  parse: "json: ConfigReader, config: Config",
  request: "ctx: RequestContext<Config, State>",
  requestBody: "ctx: RequestBodyContext<Config, State>, body: Body",
  wholeRequest: "ctx: WholeRequestContext<Config, State>, body: Body",
  response: "ctx: ResponseContext<Config, State>",
  responseBody: "ctx: ResponseBodyContext<Config, State>, body: Body",
  responseTrailers: "ctx: ResponseTrailersContext<Config, State>",
  cluster: "ctx: RequestContext<Config, State>",
};
const PLACE: Record<string, string> = {
  request: ".onRequestHeaders((ctx) => { CALLS; return Action.Continue; })",
  cluster: ".onRequestHeaders((ctx) => { CALLS; return Action.Continue; })",
  requestBody: ".rewriteRequestBody((ctx, body) => { CALLS; return Action.Continue; })",
  wholeRequest: ".onWholeRequest((ctx, body) => { CALLS; return Action.Continue; })",
  response: ".onResponseHeaders((ctx) => { CALLS; return Action.Continue; })",
  responseBody: ".rewriteResponseBody((ctx, body) => { CALLS; return Action.Continue; })",
  responseTrailers: ".onResponseTrailers((ctx) => { CALLS; return Action.Continue; })",
};

describe("docs/from-go.md", () => {
  test("has an example in every row, or says why not", () => {
    const rows = ["plugin", "redis", ...Object.keys(PARAMETERS)].flatMap(rowsOf);
    expect(rows.length).toBeGreaterThan(110);
    expect(rows.filter(({ here, example }) => example === "" && here === "")).toEqual([]);
  });
  test.for(Object.keys(PLACE))("runs its examples for %s", async (kind) => {
    const examples = rowsOf(kind)
      .map(({ example }) => example)
      .filter((example) => example !== "");
    const ends = (example: string) => example.startsWith("return ");
    const functions = examples.map((example, i) =>
      ends(example)
        ? `export function row${i}(${PARAMETERS[kind]}): Action { ${example}; }`
        : `export function row${i}(${PARAMETERS[kind]}): void { ${example}; }`,
    );
    const args = PARAMETERS[kind]!.replace(/: [^,]*?(?:<[^>]*>)?(?=,|$)/g, "");
    const calls = examples.flatMap((example, i) => (ends(example) ? [] : [`row${i}(${args})`])).join("; ");
    const plugin = await build(
      `${HEADER}${functions.join("\n")}
new Plugin<Config, State>("p").parseConfig((json, config) => {})${PLACE[kind]!.replace("CALLS", calls)};`,
      DEBUG,
    );
    const gateway = await startGateway({
      plugin,
      profile: "higress",
      upstream: upstream({
        body: '{"a":1}',
        headers: { "content-type": "application/json" },
        trailers: [["grpc-status", "0"]],
      }),
      clusters: { service: upstream({ body: "x" }) },
    });
    const response = await gateway.fetch("/", { body: '{"user":{"name":"ada"}}' });
    expect(response.status).toBe(200);
    expect(gateway.logs).toEqual([]);
  });
  test("reads a configuration with its examples", async () => {
    const examples = rowsOf("parse")
      .map(({ example }) => example)
      .filter((example) => example !== "");
    const plugin = await build(
      `${HEADER}new Plugin<Config, State>("p").parseConfig((json, config) => { ${examples.join("; ")}; })
        .onRequestHeaders((ctx) => ctx.respond(200, ctx.config.name + ctx.config.n.toString() + ctx.config.names.join()));`,
      DEBUG,
    );
    const gateway = await startGateway({ plugin, name: "p", config: { k: "v", n: 4, names: ["a", "b"] } });
    expect((await gateway.fetch("/")).text()).toBe("v4a,b");
    expect((await gateway.configure({ n: 6 })).accepted).toBe(false);
  });
  test("registers its examples", async () => {
    const chains = rowsOf("plugin")
      .map(({ example }) => example)
      .filter((example) => example !== "");
    expect(chains.filter((chain) => !chain.startsWith("."))).toEqual([]);
    await build(
      `${HEADER}${chains.map((chain, i) => `export function row${i}(): void { new Plugin<Config, State>("p")${chain}; }`).join("\n")}`,
      DEBUG,
    );
  });
  test("sends its Redis examples", async () => {
    const examples = rowsOf("redis").map(({ example }) => example);
    const plugin = await build(
      `${HEADER}function call(n: i32): RedisCall {
${examples.map((example, i) => `  if (n == ${i}) return ${example};`).join("\n")}
  return redis.del("l");
}
new Plugin<Config, State>("p").onRequestHeaders((ctx) => call(<i32>parseInt(ctx.request.path.substring(1))).send(ctx, (ctx, reply) => ctx.respond(200, reply.reason)));`,
      DEBUG,
    );
    const service = await startRedis({});
    const gateway = await startGateway({ plugin, clusters: { redis: service, r: service } });
    for (const [i, example] of examples.entries())
      if (!example.includes("password"))
        expect([example, (await gateway.fetch(`/${i}`)).text()]).toEqual([example, ""]);
  });
});
