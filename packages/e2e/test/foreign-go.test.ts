import { readFile } from "node:fs/promises";
import {
  startGateway,
  startRedis,
  upstream,
  type UpstreamResponse,
  VirtualClock,
} from "@gateway-plugins/test-host";
import { readEnvoyConfig, serve } from "@gateway-plugins/test-host/live";
import { GUIDE } from "@gateway-plugins/test-parts/guide";
import { beforeAll, expect, test } from "vitest";
import { buildGo } from "../src/foreign.ts";
import { describeWith } from "../src/real-parts.ts";

const BUILD_LIMIT_MS = 300_000;

describeWith("go", "plugins built with Go and Higress's SDK, unmodified", () => {
  const built: Record<string, string> = {};
  beforeAll(async () => {
    for (const name of ["hello", "mock", "http-call", "redis", "panics"]) built[name] = await buildGo(name);
  }, BUILD_LIMIT_MS);
  const start = (name: string, config: unknown, more: object = {}) =>
    startGateway({ plugin: built[name]!, config, profile: "higress", ...more });

  test("hello answers in the upstream's place", async () => {
    const gateway = await start("hello", undefined);
    const reply = await gateway.fetch("/");
    expect([reply.status, reply.text(), reply.details]).toEqual([200, "hello world", "via_wasm::hello::"]);
    expect(gateway.logs.map(({ line }) => line)).toEqual([
      "wasm log: [hello-world] [nil] [nil] plugin start successfully",
    ]);
    await gateway.close();
  });

  test("mock reads its configuration, and the next one", async () => {
    const service = upstream();
    const gateway = await start("mock", { mockEnable: false }, { upstream: service });
    expect((await gateway.fetch("/")).status).toBe(200);
    expect(service.requests[0]?.header("hello")).toBe("world");
    expect((await gateway.configure({ mockEnable: true })).accepted).toBe(true);
    expect((await gateway.fetch("/")).text()).toBe("hello world");
    expect(service.requests.length).toBe(1);
    await gateway.close();
  });

  test.for([
    ["puts the service's token on the request", { headers: [["x-token", "let-me-in"]] }, 200, "let-me-in"],
    ["answers 500 when the service refuses", { status: 503 }, 500, undefined],
  ] as [string, UpstreamResponse, number, string | undefined][])(
    "http-call %s",
    async ([, answer, status, token]) => {
      const [service, auth] = [upstream(), upstream(answer)];
      const gateway = await start(
        "http-call",
        { tokenHeader: "x-token", requestPath: "/auth", serviceName: "auth.dns", servicePort: 80 },
        { upstream: service, clusters: { "outbound|80||auth.dns": auth } },
      );
      const reply = gateway.fetch("/");
      await gateway.advance(1);
      expect((await reply).status).toBe(status);
      expect(auth.requests.map((each) => [each.header(":path"), each.header(":authority")])).toEqual([
        ["/auth", "auth.dns"],
      ]);
      expect(service.requests[0]?.header("x-token")).toBe(token);
      await gateway.close();
    },
  );

  test("redis counts requests of a minute", async () => {
    const clock = new VirtualClock();
    const redis = await startRedis({ clock });
    const gateway = await start(
      "redis",
      { serviceName: "redis.dns", qpm: 2 },
      { clock, clusters: { "outbound|6379||redis.dns": redis } },
    );
    const statuses: number[] = [];
    const left: (string | null)[] = [];
    for (let i = 0; i < 3; i++) {
      const reply = await gateway.fetch("/");
      statuses.push(reply.status);
      left.push(reply.headers.get("callTimeLeft"));
    }
    expect(statuses).toEqual([200, 200, 429]);
    expect(left.slice(0, 2)).toEqual(["1", "0"]);
    await gateway.close();
    await redis.close();
  });

  test("mock runs in the guide's envoy.yaml as printed", async () => {
    const text = await readFile(GUIDE, "utf8");
    const bytes = await readFile(built["mock"]!);
    const config = readEnvoyConfig(text, { loadFile: () => ({ bytes, path: built["mock"]! }) });
    const service = upstream();
    const live = await serve(
      {
        listeners: config.listeners.map((listener) => ({
          ...listener,
          address: { address: "127.0.0.1", port: 0 },
        })),
        clusters: config.clusters.map((cluster) => ({
          ...cluster,
          endpoints: [{ handler: service.handler }],
        })),
      },
      { profile: "higress" },
    );
    const reply = await fetch(`http://127.0.0.1:${live.listeners["listener_0"]!.port}/get`);
    expect([reply.status, service.requests[0]?.header("hello")]).toEqual([200, "world"]);
    await live.close();
  });

  test("a configuration that the plugin refuses is rejected with what it logged", async () => {
    await expect(start("http-call", {})).rejects.toMatchObject({
      code: "configuration-rejected",
      message: expect.stringContaining("missing tokenHeader in config"),
    });
  });

  test("a trap shows the names of Go's functions", async () => {
    const failure = await start("panics", { numbers: [] }).then(
      () => "no failure",
      (error: Error) => error.message,
    );
    expect(failure).toContain("Function: proxy_on_configure failed: Uncaught RuntimeError: unreachable");
    expect(failure).toContain("at main.indexOutOfRange (0x");
    expect(failure).toContain("index out of range [1] with length 0");
  });

  test("Envoy's profile refuses them by their ABI, or by the host function that Envoy lacks", async () => {
    await expect(startGateway({ plugin: built["mock"]!, profile: "envoy" })).rejects.toMatchObject({
      code: "module-refused",
      message: expect.stringContaining("the module has proxy_abi_version_0_2_100 (func)"),
    });
  });
});
