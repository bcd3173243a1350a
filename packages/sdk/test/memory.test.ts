import { startGateway, upstream } from "@gateway-plugins/test-host";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { BUILDS, RELEASE, build } from "./compile.ts";

const SOURCE = `import { Action, Plugin } from "@gateway-plugins/sdk";
class State { text: string = ""; }
new Plugin<NoConfig, State>("p")
  .onRequestHeaders((ctx) => {
    ctx.state.text = "x".repeat(1000);
    return Action.Continue;
  })
  .onResponseHeaders((ctx) => {
    ctx.response.headers.set("x-length", ctx.state.text.length.toString());
    return Action.Continue;
  });`;

describe.for(BUILDS)("what a %s build remembers", ([, flags]) => {
  test("of streams that end before their last handler goes when others come, and no living one's", async () => {
    let answer = (): void => undefined;
    const answered = new Promise<void>((resolve) => (answer = resolve));
    const service = upstream(async ({ path }) => {
      if (path === "/slow") await answered;
      else await new Promise<never>(() => undefined);
      return {};
    });
    const gateway = await startGateway({ plugin: await build(SOURCE, flags), upstream: service });
    const slow = gateway.fetch("/slow");
    const breakOff = async (requests: number): Promise<void> => {
      for (let i = 0; i < requests; i++) {
        const away = new AbortController();
        const pending = gateway.fetch("/", { signal: away.signal });
        await gateway.advance(0);
        away.abort(new Error("gone"));
        await expect(pending).rejects.toThrow("gone");
      }
    };
    await breakOff(1_200);
    const { memoryPages } = gateway;
    await breakOff(600);
    expect(gateway.memoryPages).toBe(memoryPages);
    answer();
    expect((await slow).headers.get("x-length")).toBe("1000");
  });
});

describe.for(BUILDS)("the state of a %s build", ([, flags]) => {
  test("goes with its stream, also when a later handler asks for it first", async () => {
    const plugin = await build(
      `import { Action, NoConfig, Plugin } from "@gateway-plugins/sdk";
class State { text: string = ""; }
new Plugin<NoConfig, State>("p")
  .onRequestHeaders((ctx) => Action.Continue)
  .onResponseHeaders((ctx) => {
    ctx.state.text = "x".repeat(10_000);
    return Action.Continue;
  });`,
      flags,
    );
    const gateway = await startGateway({ plugin, trace: false });
    const send = async (requests: number): Promise<number> => {
      for (let i = 0; i < requests; i++) await gateway.fetch("/");
      return gateway.memoryPages;
    };
    const pages = await send(300);
    expect(await send(300)).toBe(pages);
  });
});

describe.for<(typeof BUILDS)[number]>([
  ...BUILDS,
  ["release (AssemblyScript's heap)", [...RELEASE, "--use", "GATEWAY_HEAP=0"]],
])("the garbage of a %s build", ([, flags]) => {
  test("takes no more memory after 2,000 requests than after 500, a hundred kilobytes each", async () => {
    const plugin = await build(
      `import { Plugin } from "@gateway-plugins/sdk";
new Plugin("p").onRequestHeaders((ctx) => ctx.respond(200, ctx.request.path.repeat(50000).length.toString()));`,
      flags,
    );
    const gateway = await startGateway({ plugin, trace: false });
    const send = async (requests: number): Promise<number> => {
      for (let i = 0; i < requests; i++) expect((await gateway.fetch("/")).text()).toBe("50000");
      return gateway.memoryPages;
    };
    const pages = await send(500);
    expect(pages).toBeLessThan(256);
    expect(await send(1_500)).toBe(pages);
  });
});

describe.for([
  ["release", [...RELEASE.slice(0, -1), "stub"]],
  ["debug", ["--debug", "--runtime", "stub"]],
] as const)("the stub runtime's memory (%s)", ([, flags]) => {
  test("is never given back where there is none", async () => {
    const plugin = await build(
      `import { Action, Cluster, Plugin, RedisClient } from "@gateway-plugins/sdk";
const redis = new RedisClient(Cluster.named("redis"));
class State { asked: i32 = 0; }
new Plugin<NoConfig, State>("p")
  .onRequestHeaders((ctx) =>
    ctx.request.path == "/"
      ? redis.begin("get").word("a").send(ctx, (ctx, reply) => { ctx.state.asked = 1; return Action.Continue; })
      : Action.Continue,
  )
  .onResponseHeaders((ctx) => {
    ctx.response.headers.setNumber("x-asked", ctx.state.asked);
    return Action.Continue;
  });`,
      [...flags],
    );
    const gateway = await startGateway({ plugin, clusters: { redis: "redis://127.0.0.1:1" } });
    for (const [path, asked] of [
      ["/", "1"],
      ["/other", "0"],
    ] as const)
      expect((await gateway.fetch(path)).headers.get("x-asked")).toBe(asked);
    expect(gateway.logs).toEqual([]);
  });
});
