import {
  type GrpcMethod,
  GrpcError,
  UpstreamReset,
  grpcService,
  startGateway,
  upstream,
} from "@gateway-plugins/test-host";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { BUILDS, build } from "./compile.ts";

const HEADER = `import { Action, Bytes, Cluster, Failure, GrpcClient, GrpcStream, HttpClient, Plugin, PluginContext, log } from "@gateway-plugins/sdk";
const chat = new GrpcClient(Cluster.named("chat"));
class State { stream: GrpcStream | null = null; seen: string = ""; }
`;
const END = `[stream.status.toString(), stream.reason, stream.ok.toString(), stream.isOpen.toString()].join("|")`;
/** Collects what the service says, until it is over. */
const COLLECTS = `new Plugin<NoConfig, State>("p").onRequestHeaders((ctx) =>
  chat.stream("test.Chat", "Talk", { metadata: [["x-from", ctx.request.path.substring(1)]] }).write(Bytes.of("a")).write(Bytes.of("b")).end().send(ctx, (ctx, stream) => {
    const message = stream.message;
    if (message != null) { ctx.state.seen += message.text() + ","; return stream.wait(); }
    return ctx.respond(200, ctx.state.seen + "|" + ${END});
  }));`;
const METADATA = `new Plugin("p").onRequestHeaders((ctx) =>
  chat.stream("test.Chat", "Talk").send(ctx, (ctx, stream) => {
    if (stream.message != null) {
      log.warn((stream.initialMetadata().get("X-Who") || "-") + " " + stream.trailingMetadata().entries().length.toString());
      return stream.wait();
    }
    return ctx.respond(403, (stream.initialMetadata().get("x-who") || "-") + " " + (stream.trailingMetadata().get("x-why") || "-") + "|" + ${END});
  }));`;
/** Asks about the request, then about its response, on one stream. */
const PHASES = `new Plugin<NoConfig, State>("p")
  .onRequestHeaders((ctx) => {
    const stream = chat.stream("test.Chat", "Talk").write(Bytes.of("request"));
    ctx.state.stream = stream;
    return stream.send(ctx, (ctx, stream) => {
      const message = stream.message;
      ctx.request.headers.set("x-said", message ? message.text() : "over");
      return Action.Continue;
    });
  })
  .onResponseHeaders((ctx) => {
    const stream = ctx.state.stream;
    if (stream == null) return Action.Continue;
    return stream.write(Bytes.of("response")).send(ctx, (ctx, stream) => {
      const message = stream.message;
      ctx.response.headers.append("x-said", message ? message.text() : stream.reason);
      return message && !message.text().endsWith(".") ? stream.wait() : Action.Continue;
    });
  });`;
/** As the path says. */
const MISTAKES = `let kept: GrpcStream | null = null;
new Plugin("p").onRequestHeaders((ctx) => {
  const path = ctx.request.path;
  const stream = chat.stream("test.Chat", "Talk").write(Bytes.of("a"));
  if (path == "/twice") {
    const first = stream.send(ctx, (ctx, stream) => ctx.respond(200, "first"));
    const second = stream.send(ctx, (ctx, stream) => ctx.respond(200, "second"));
    return first == second ? first : second;
  }
  if (path == "/keep") { kept = stream; return stream.send(ctx, (ctx, stream) => Action.Continue); }
  if (path == "/other") { const other = kept; return other ? other.send(ctx, (ctx, stream) => ctx.respond(200)) : Action.Continue; }
  if (path == "/answered") { const answer = ctx.respond(403); const sent = stream.send(ctx, (ctx, stream) => ctx.respond(500)); return answer == sent ? answer : sent; }
  if (path == "/cancel") return stream.send(ctx, (ctx, stream) => { stream.cancel(); return stream.wait(); });
  if (path == "/cancel-held") { const held = stream.send(ctx, (ctx, stream) => ctx.respond(200, "decided")); stream.cancel(); return held; }
  return stream.end().send(ctx, (ctx, stream) => stream.wait());
});`;
const BACKGROUND = `function follow(plugin: PluginContext<NoConfig>): void {
  chat.stream("test.Chat", "Talk").write(Bytes.of("go")).run(plugin, (plugin, stream) => {
    const message = stream.message;
    log.warn(message ? message.text() : "over " + stream.status.toString() + " " + stream.reason);
    if (message == null) follow(plugin);
  });
}
new Plugin("p").onRequestHeaders((ctx) => { follow(ctx.plugin); return Action.Continue; });`;

const text = (message: Uint8Array | undefined) => Buffer.from(message ?? []).toString();
const echo: GrpcMethod = async function* (call) {
  for (let message = await call.receive(); message !== undefined; message = await call.receive())
    yield `re: ${text(message)}`;
};
const service = (method: GrpcMethod) => grpcService({ "/test.Chat/Talk": method });
const silent = service(() => new Promise<never>(() => undefined));

describe.for(BUILDS)("gRPC streams (%s)", ([, flags]) => {
  const start = async (source: string, options: Omit<Parameters<typeof startGateway>[0], "plugin"> = {}) =>
    startGateway({ plugin: await build(HEADER + source, flags), name: "p", ...options });
  const linesOf = ({ logs }: { logs: readonly { message: string }[] }) => logs.map(({ message }) => message);

  test("carry several messages each way, and hold the request until the callback has decided", async () => {
    const chat = service(echo);
    const behind = upstream();
    const gateway = await start(COLLECTS, { clusters: { chat }, upstream: behind });
    expect((await gateway.fetch("/me")).text()).toBe("re: a,re: b,|0|via_upstream|true|false");
    const [call] = chat.calls;
    expect(call?.headers).toContainEqual(["x-from", "me"]);
    expect(call?.messages.map(text)).toEqual(["a", "b"]);
    expect(behind.requests).toEqual([]);
  });
  test.for([
    ["a service that answers", { chat: service(echo) }],
    ["no such cluster", {}],
  ] as const)("leave nothing behind with %s", async ([, clusters]) => {
    const gateway = await start(COLLECTS, { clusters, trace: false });
    const send = async (requests: number) => {
      for (let i = 0; i < requests; i++) expect((await gateway.fetch("/")).status).toBe(200);
      return gateway.memoryPages;
    };
    const pages = await send(150);
    expect([await send(300), gateway.liveContexts]).toEqual([pages, 1]);
  });

  test("bring initial and trailing metadata, and the status with its message", async () => {
    const chat = service(async function* (call) {
      call.initialMetadata.push(["x-who", "server"]);
      yield "x";
      call.trailingMetadata.push(["x-why", "rules"]);
      throw new GrpcError(7, "no");
    });
    const gateway = await start(METADATA, { clusters: { chat } });
    expect((await gateway.fetch("/")).text()).toBe("server rules|7|no{via_upstream}|false|false");
    expect(linesOf(gateway)).toEqual(["p: server 0"]);
  });

  test.for<[string, GrpcMethod | null | undefined, string, string]>([
    ["an unknown cluster", undefined, "/", "|-1|no healthy host|false|false"],
    ["a host that is missing", null, "/", "|-1|no healthy host|false|false"],
    ["metadata that cannot be sent", echo, "/a\u007f", "|-1|invalid request|false|false"],
    ["a service that refuses", () => Promise.reject(new GrpcError(16)), "/", "|16|via_upstream|false|false"],
    [
      "a reset",
      () => Promise.reject(new UpstreamReset("stream-reset")),
      "/",
      "|14|upstream connect error or disconnect/reset before headers. reset reason: remote reset{upstream_reset_before_response_started{remote_reset}}|false|false",
    ],
  ])("tell of %s", async ([, method, path, end]) => {
    const source = path === "/" ? COLLECTS : COLLECTS.replace("ctx.request.path.substring(1)", `"a\\x7f"`);
    const clusters = method === undefined ? {} : { chat: method && service(method) };
    const gateway = await start(source, { clusters: clusters as never });
    expect((await gateway.fetch("/")).text()).toBe(end);
  });

  test("are asked again by a later phase of the same request, and end with it", async () => {
    const chat = service(async function* (call) {
      for (let n = 0; ; n++) {
        const message = text(await call.receive());
        if (n === 1) yield "short";
        yield `re: ${message}${n === 1 ? "." : ""}`;
        if (n === 0) yield "unasked";
      }
    });
    const behind = upstream();
    const gateway = await start(PHASES, { clusters: { chat }, upstream: behind });
    gateway.ledger.reset();
    const response = await gateway.fetch("/");
    expect(behind.requests[0]?.header("x-said")).toBe("re: request");
    expect(response.headers.getAll("x-said")).toEqual(["unasked", "short", "re: response."]);
    expect(gateway.ledger.hostCalls["proxy_grpc_cancel"]).toBe(1);
  });

  test.for([
    [16, "message 16."],
    [17, "reset mid-reply"],
  ] as const)("keep up to 16 messages for the next phase: %i", async ([count, last]) => {
    let said = (): void => undefined;
    const all = new Promise<void>((resolve) => (said = resolve));
    const chat = service(async function* (call) {
      await call.receive();
      for (let i = 0; i <= count; i++) yield `message ${i}${i === count ? "." : ""}`;
      said();
      await new Promise(() => undefined);
    });
    const slow = upstream(async () => {
      await all;
      return {};
    });
    const gateway = await start(PHASES, { clusters: { chat }, upstream: slow });
    expect((await gateway.fetch("/")).headers.getAll("x-said").at(-1)).toBe(last);
  });

  test("of a client that has gone away are cancelled, and call nobody", async () => {
    const gateway = await start(COLLECTS, { clusters: { chat: silent } });
    const away = new AbortController();
    const pending = gateway.fetch("/", { signal: away.signal });
    await gateway.advance(1);
    away.abort(new Error("gone"));
    await expect(pending).rejects.toThrow("gone");
    expect(gateway.ledger.hostCalls["proxy_grpc_cancel"]).toBe(1);
    expect([gateway.liveContexts, linesOf(gateway)]).toEqual([1, []]);
  });

  test("refuse what would hang or answer twice", async () => {
    const gateway = await start(MISTAKES, { clusters: { chat: service(echo) } });
    const stuck = "p: held without a call, or 16 failed at once";
    const refused = "p: a gRPC stream was not sent: another message waits for it, or it is another request's";
    const seen = async (path: string) => {
      const before = gateway.logs.length;
      const response = await gateway.fetch(path);
      return [response.status, response.text(), ...linesOf(gateway).slice(before)];
    };
    expect(await seen("/twice")).toEqual([200, "first", refused]);
    expect((await seen("/keep"))[0]).toBe(200);
    expect(await seen("/other")).toEqual([500, "", refused, stuck]);
    expect(await seen("/answered")).toEqual([403, "", "p: too late: answered or over, or call under way"]);
    expect(await seen("/cancel")).toEqual([500, "", stuck]);
    expect(await seen("/cancel-held")).toEqual([
      200,
      "decided",
      "p: a gRPC stream was not cancelled: a message waits for it",
    ]);
    expect(await seen("/wait-after-the-end")).toEqual([500, "", stuck]);
  });

  test("run in the background, and open again when they are over", async () => {
    let rounds = 0;
    const chat = service(async function* (call) {
      if (++rounds > 2) await new Promise(() => undefined);
      yield `${text(await call.receive())} ${rounds}`;
      throw new GrpcError(1, "bye");
    });
    const gateway = await start(BACKGROUND, { clusters: { chat } });
    expect((await gateway.fetch("/")).status).toBe(200);
    const end = "p: over 1 bye{via_upstream}";
    await expect.poll(() => linesOf(gateway)).toEqual(["p: go 1", end, "p: go 2", end]);
  });
  test("that fail at once for ever are given up", async () => {
    const gateway = await start(BACKGROUND);
    expect((await gateway.fetch("/")).status).toBe(200);
    expect(linesOf(gateway)).toEqual([
      ...Array.from({ length: 16 }, () => "p: over -1 no healthy host"),
      "p: held without a call, or 16 failed at once",
    ]);
  });
});
