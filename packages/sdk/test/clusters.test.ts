import { startGateway } from "@gateway-plugins/test-host";
import { expect, test } from "@gateway-plugins/test-host/vitest";
import { build, DEBUG } from "./compile.ts";

const CLUSTERS: [expression: string, name: string, host: string][] = [
  [`Cluster.fqdn("auth.dns", 8080)`, "outbound|8080||auth.dns", "auth.dns"],
  [`Cluster.fqdn("auth.dns", 443, "auth.example.com")`, "outbound|443||auth.dns", "auth.example.com"],
  [`Cluster.staticIp("auth")`, "outbound|80||auth.static", "auth"],
  [`Cluster.dns("auth", "auth.example.com", 443)`, "outbound|443||auth.dns", "auth.example.com"],
  [
    `Cluster.kubernetes("auth", 80)`,
    "outbound|80||auth.default.svc.cluster.local",
    "auth.default.svc.cluster.local",
  ],
  [
    `Cluster.kubernetes("auth", 80, "shop", "v2", "a.b")`,
    "outbound|80|v2|auth.shop.svc.cluster.local",
    "a.b",
  ],
  [`Cluster.nacos("auth", 80)`, "outbound|80||auth.DEFAULT-GROUP.public.nacos", "auth"],
  [
    `Cluster.nacos("auth", 80, "ns", "MY_OWN_GROUP", true)`,
    "outbound|80||auth.MY-OWN-GROUP.ns.nacos-ext",
    "auth",
  ],
  [`Cluster.consul("auth", "dc1", 65535)`, "outbound|65535||auth.dc1.consul", "auth"],
  [`Cluster.named("httpbin")`, "httpbin", "httpbin"],
  [`Cluster.route()`, "upstream", "shop.example.com"],
  [`Cluster.route("own.host")`, "upstream", "own.host"],
];

test("clusters have the names that Higress gives them", async () => {
  const answers = CLUSTERS.map(
    ([expression], i) => `if (ctx.request.path == "/${i}") return tell(ctx, ${expression});`,
  );
  const plugin = await build(
    `import { Action, Cluster, Plugin, RequestContext } from "@gateway-plugins/sdk";
    function tell(ctx: RequestContext<NoConfig, NoState>, cluster: Cluster): Action { return ctx.respond(200, cluster.name + " " + cluster.host); }
    new Plugin("clusters").onRequestHeaders((ctx) => { ${answers.join("\n")} return Action.Continue; });`,
    DEBUG,
  );
  for (const profile of ["envoy", "higress"] as const) {
    const gateway = await startGateway({ plugin, profile });
    for (const [i, [expression, name, host]] of CLUSTERS.entries()) {
      const response = await gateway.fetch(`/${i}`, { authority: "shop.example.com" });
      expect([expression, response.text()]).toEqual([expression, `${name} ${host}`]);
    }
  }
});

test("headers are read and replaced as the web's are", async () => {
  const plugin = await build(
    `import { Action, Plugin } from "@gateway-plugins/sdk";
    new Plugin("headers").onRequestHeaders((ctx) => {
      const headers = ctx.request.headers;
      const empty = headers.get("x-empty");
      const seen = [headers.getAll("X-Many").join("+"), headers.has("x-none") ? "has" : "has not", empty == null ? "null" : "[" + empty + "]", headers.get("x-none") || "default"];
      if (ctx.request.path == "/all") headers.replaceAll([["x-only", "1"], ["content-length", "99"], ["host", "evil"]]);
      headers.append("x-seen", seen.join(" "));
      headers.delete("x-gone");
      return Action.Continue;
    });`,
    DEBUG,
  );
  const gateway = await startGateway({ plugin });
  const given: [string, string][] = [
    ["x-many", "a"],
    ["x-many", "b"],
    ["x-empty", ""],
    ["x-gone", "1"],
  ];
  const kept = (await gateway.fetch("/", { headers: given })).json().headers;
  expect([kept["x-seen"], kept["x-gone"], kept["x-many"]]).toEqual([
    "a+b has not [] default",
    undefined,
    ["a", "b"],
  ]);
  const replaced = (await gateway.fetch("/all", { headers: given, body: "text" })).json();
  expect([
    replaced.headers["x-only"],
    replaced.headers["x-many"],
    replaced.headers["content-length"],
    replaced.headers.host,
    replaced.body,
  ]).toEqual(["1", undefined, "4", "localhost", "text"]);
});
