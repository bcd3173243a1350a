import { type UpstreamResponse, startGateway, upstream } from "@gateway-plugins/test-host";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { BUILDS, build } from "./compile.ts";

const HEADER = `import { Action, Cluster, Failure, HttpClient, Plugin } from "@gateway-plugins/sdk";
const one = new HttpClient(Cluster.named("one"));
`;
const GUARDED = `new Plugin("p").onRequestHeaders((ctx) =>
  new HttpClient(Cluster.named(ctx.request.headers.get("x-cluster") || "one")).get(ctx.request.path, { timeout: 500 }).breaker(3, 1000)
    .send(ctx, (ctx, response) => ctx.respond(response.failure == Failure.CircuitOpen ? 503 : 200, response.reason)));`;

describe.for(BUILDS)("a circuit breaker (%s)", ([, flags]) => {
  /** A service that answers, fails, or hangs, as it is told. */
  const start = async (source: string, clusters: Record<string, null> = {}) => {
    const told = { answer: {} as UpstreamResponse | null };
    const service = upstream(() => told.answer ?? new Promise<never>(() => undefined));
    const gateway = await startGateway({
      plugin: await build(HEADER + source, flags),
      clusters: { one: service, ...clusters },
    });
    const ask = async (path = "/", cluster = "one") => {
      const pending = gateway.fetch(path, { headers: { "x-cluster": cluster } });
      if (told.answer === null) await gateway.advance(500);
      return (await pending).text();
    };
    return { gateway, service, told, ask };
  };

  test("opens after failures in a row, tries once, and closes with an answer", async () => {
    const { gateway, service, told, ask } = await start(GUARDED);
    told.answer = null;
    expect([await ask(), await ask()]).toEqual(["timeout expired", "timeout expired"]);
    told.answer = {};
    expect(await ask()).toBe("status 200");
    told.answer = null;
    expect([await ask(), await ask(), await ask()]).toEqual([
      "timeout expired",
      "timeout expired",
      "timeout expired",
    ]);
    const before = service.requests.length;
    told.answer = {};
    await gateway.advance(999);
    expect([await ask(), await ask()]).toEqual(["circuit is open", "circuit is open"]);
    expect(service.requests.length).toBe(before);
    await gateway.advance(1);
    told.answer = null;
    const trial = gateway.fetch("/trial");
    await gateway.advance(0);
    expect((await gateway.fetch("/beside")).text()).toBe("circuit is open");
    await gateway.advance(500);
    expect((await trial).text()).toBe("timeout expired");
    told.answer = {};
    await gateway.advance(999);
    expect(await ask()).toBe("circuit is open");
    await gateway.advance(1);
    expect([await ask("/closes"), await ask("/passes")]).toEqual(["status 200", "status 200"]);
    expect(service.requests.slice(before).map(({ path }) => path)).toEqual(["/trial", "/closes", "/passes"]);
    expect(gateway.logs).toEqual([]);
  });

  test("counts clusters apart, and not what the plugin or a service's answer is to blame for", async () => {
    const { told, ask } = await start(GUARDED, { two: null });
    told.answer = { status: 503, headers: { "x-envoy-upstream-service-time": "1" } };
    for (let i = 0; i < 4; i++) expect(await ask()).toBe("status 503");
    for (let i = 0; i < 4; i++) expect(await ask("/a b")).toBe("invalid request");
    for (let i = 0; i < 3; i++) expect(await ask("/", "two")).toBe("no healthy host");
    for (let i = 0; i < 3; i++) expect(await ask("/", "three")).toBe("unknown cluster");
    expect([await ask("/", "two"), await ask("/", "three"), await ask()]).toEqual([
      "circuit is open",
      "circuit is open",
      "status 503",
    ]);
  });

  test("a trial that nobody ends is followed by another; calls from before do not keep it open", async () => {
    const { gateway, told } = await start(
      `new Plugin("p").onRequestHeaders((ctx) =>
        one.get(ctx.request.path, { timeout: <i32>parseInt(ctx.request.path.substring(1)) }).breaker(2, 1000).send(ctx, (ctx, response) => ctx.respond(200, response.reason)));`,
    );
    told.answer = null;
    const calls = ["/100", "/100", "/900"].map((path) => gateway.fetch(path));
    await gateway.advance(900);
    for (const call of calls) expect((await call).text()).toBe("timeout expired");
    expect((await gateway.fetch("/1")).text()).toBe("circuit is open");
    await gateway.advance(200); // 1000 after it has opened, 200 after the last failure
    const away = new AbortController();
    const trial = gateway.fetch("/0", { signal: away.signal });
    await gateway.advance(1);
    away.abort(new Error("gone"));
    await expect(trial).rejects.toThrow("gone");
    expect((await gateway.fetch("/1")).text()).toBe("circuit is open");
    await gateway.advance(1000);
    told.answer = {};
    expect((await gateway.fetch("/1")).text()).toBe("status 200");
    gateway.takeFault("callout-unanswered");
  });

  test("retries count, and stop when it opens", async () => {
    const { service, told, ask, gateway } = await start(
      `new Plugin("p").onRequestHeaders((ctx) => one.get("/").retry(5).breaker(2, 1000).send(ctx, (ctx, response) => ctx.respond(200, response.reason)));`,
    );
    told.answer = null;
    const pending = gateway.fetch("/");
    await gateway.advance(5000);
    expect((await pending).text()).toBe("timeout expired");
    expect(service.requests).toHaveLength(2);
    told.answer = {};
    expect(await ask()).toBe("status 200");
  });

  test("remembers 64 failing clusters", async () => {
    const { ask } = await start(GUARDED);
    for (let i = 0; i < 3; i++) await ask("/", "first");
    expect(await ask("/", "first")).toBe("circuit is open");
    for (let i = 0; i < 64; i++) await ask("/", `cluster-${i}`);
    expect(await ask("/", "first")).toBe("unknown cluster");
  });
});
