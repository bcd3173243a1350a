import { type GrpcMethod, GrpcError, grpcService, startGateway } from "@gateway-plugins/test-host";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { BUILDS, build } from "./compile.ts";

/** Asks the cluster that the request names, in the way that its path does. */
const PLUGIN = `import { Action, Bytes, Cluster, Failure, GrpcClient, HttpClient, Plugin, both, log } from "@gateway-plugins/sdk";
const http = new HttpClient(Cluster.named("http"));
new Plugin("p").onRequestHeaders((ctx) => {
  const grpc = new GrpcClient(Cluster.named(ctx.request.headers.get("x-cluster") || "checks"));
  const call = grpc.call("test.Checks", "Check", Bytes.EMPTY, { timeout: 100 });
  if (ctx.request.path == "/guarded")
    return call.breaker(2, 1000).send(ctx, (ctx, response) => ctx.respond(response.failure == Failure.CircuitOpen ? 503 : 200, response.status.toString() + " " + response.reason));
  if (ctx.request.path == "/joined")
    return both(http.get("/"), call).send(ctx, (ctx, a, b) => ctx.respond(200, a.diagnose() + " | " + b.diagnose()));
  return call.send(ctx, (ctx, response) => {
    response.logError("not checked");
    return ctx.respond(200, response.diagnose());
  });
});`;
const fine: GrpcMethod = () => "yes";
const refuses: GrpcMethod = () => Promise.reject(new GrpcError(7, "no"));
const hangs: GrpcMethod = () => new Promise<never>(() => undefined);
const service = (method: GrpcMethod) => grpcService({ "/test.Checks/Check": method });

describe.for(BUILDS)("gRPC calls that fail (%s)", ([, flags]) => {
  const start = async (clusters: Parameters<typeof startGateway>[0]["clusters"]) => {
    const gateway = await startGateway({ plugin: await build(PLUGIN, flags), clusters });
    const ask = async (path: string, cluster = "checks") => {
      const pending = gateway.fetch(path, { headers: { "x-cluster": cluster } });
      await gateway.advance(100);
      return (await pending).text();
    };
    return { gateway, ask };
  };

  const down = "its hosts are down, it has none, or its circuit breaker in the gateway is open";
  test.for([
    [
      "outbound|8080||a.static",
      "no healthy host",
      "; the port of a static service is 80, whatever the port of its addresses",
    ],
    ["empty", "no healthy host", `; there is no such cluster, or ${down}`],
    ["refuses", "status 7, no{via_upstream}", ""],
    ["hangs", "status 14, upstream request timeout{response_timeout}", ""],
    ["fine", "status 0, ", ""],
  ] as const)("say what is wrong with %s", async ([cluster, reason, hint]) => {
    const { gateway, ask } = await start({
      empty: null,
      refuses: service(refuses),
      hangs: service(hangs),
      fine: service(fine),
    });
    expect(await ask("/", cluster)).toBe(`${reason}: cluster ${cluster}${hint}`);
    expect(gateway.logs.map(({ message }) => message)).toEqual([`p: not checked: ${reason}`]);
  });

  test("say it when they are joined, too", async () => {
    const { ask } = await start({ http: null, checks: service(refuses) });
    expect(await ask("/joined")).toBe(
      `no healthy host: cluster http; ${down} | status 7, no{via_upstream}: cluster checks`,
    );
  });

  test("open a circuit when no service has answered, and not by what one says", async () => {
    let method = hangs;
    const checks = service((call) => method(call));
    const { gateway, ask } = await start({ checks });
    const timeout = "14 upstream request timeout{response_timeout}";
    expect([await ask("/guarded"), await ask("/guarded"), await ask("/guarded")]).toEqual([
      timeout,
      timeout,
      "-1 circuit is open",
    ]);
    expect(checks.calls).toHaveLength(2);
    await gateway.advance(1000);
    method = () => Promise.reject(new GrpcError(14, "busy"));
    for (let i = 0; i < 3; i++) expect(await ask("/guarded")).toBe("14 busy{via_upstream}");
    method = () => Promise.reject(new GrpcError(14));
    for (let i = 0; i < 3; i++) expect(await ask("/guarded")).toBe("14 via_upstream");
    for (let i = 0; i < 2; i++) expect(await ask("/guarded", "none")).toBe("-1 no healthy host");
    expect(await ask("/guarded", "none")).toBe("-1 circuit is open");
  });
});
