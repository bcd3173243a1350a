import { startGateway, upstream } from "@gateway-plugins/test-host";
import { describePlugin, expect, test } from "@gateway-plugins/test-host/vitest";

describePlugin("hello-world", { directory: new URL("../dist", import.meta.url) }, (build) => {
  test("adds hello: world to the request", async () => {
    const service = upstream({ body: "ok" });
    const gateway = await startGateway({ ...build, upstream: service });
    const response = await gateway.fetch("/get");
    expect(response.text()).toBe("ok");
    expect(service.requests[0]).toHaveHeader("hello", "world");
  });

  test("keeps a hello header that the client has sent", async () => {
    const service = upstream();
    const gateway = await startGateway({ ...build, upstream: service });
    await gateway.fetch("/get", { headers: { hello: "there" } });
    expect(service.requests[0]).toHaveHeader("hello", "there");
    expect(service.requests[0]).toHaveHeader("hello", "world");
  });

  test.for([
    ["no configuration", undefined],
    ["an empty object", {}],
    ["another plugin's configuration", { mockEnable: true }],
  ] as const)("works with %s", async ([, config]) => {
    const service = upstream();
    const gateway = await startGateway({ ...build, config, upstream: service });
    expect((await gateway.fetch("/")).status).toBe(200);
    expect(service.requests[0]).toHaveHeader("hello", "world");
  });

  test("passes bodies, methods and the service's answer on untouched", async () => {
    const service = upstream({ status: 404, headers: { "x-from": "service" }, body: ["a", "b"] });
    const gateway = await startGateway({ ...build, upstream: service });
    const response = await gateway.fetch("/post?x=1", { method: "POST", body: ["one", "two"] });
    expect([response.status, response.headers.get("x-from"), response.text()]).toEqual([
      404,
      "service",
      "ab",
    ]);
    expect([service.requests[0]?.method, service.requests[0]?.path, service.requests[0]?.text()]).toEqual([
      "POST",
      "/post?x=1",
      "onetwo",
    ]);
  });

  if (!build.plugin.includes("debug")) {
    test("costs a request one entry into the plugin and one host call", async () => {
      const gateway = await startGateway(build);
      gateway.ledger.reset();
      await gateway.fetch("/");
      expect(gateway.ledger.entries).toEqual({ proxy_on_request_headers: 1 });
      expect(gateway.ledger.hostCalls).toEqual({ proxy_add_header_map_value: 1 });
    });
  }
});
