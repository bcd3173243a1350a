import { startGateway, upstream } from "@gateway-plugins/test-host";
import { describePlugin, expect, test } from "@gateway-plugins/test-host/vitest";

describePlugin("mock-response", { directory: new URL("../dist", import.meta.url) }, (build) => {
  test("answers 200 hello world in the service's place", async () => {
    const service = upstream();
    const gateway = await startGateway({ ...build, config: { mockEnable: true }, upstream: service });
    const response = await gateway.fetch("/get");
    expect([response.status, response.text()]).toEqual([200, "hello world"]);
    expect(response.headers.entries().filter(([name]) => name !== "date")).toEqual([
      ["content-length", "11"],
      ["content-type", "text/plain"],
      ["server", "envoy"],
    ]);
    expect(service.requests).toEqual([]);
  });

  test.for([
    { mockEnable: false },
    {},
    undefined,
    { mockEnable: null },
    { mockEnable: "false" },
    { mockEnable: 0 },
  ])("adds hello: world and passes on with %j", async (config) => {
    const service = upstream({ body: "from the service" });
    const gateway = await startGateway({ ...build, config, upstream: service });
    expect((await gateway.fetch("/get")).text()).toBe("from the service");
    expect(service.requests[0]).toHaveHeader("hello", "world");
  });

  test.for([{ mockEnable: "true" }, { mockEnable: 1 }, { mockEnable: "1" }])(
    "reads %j as true",
    async (config) => {
      const gateway = await startGateway({ ...build, config });
      expect((await gateway.fetch("/")).text()).toBe("hello world");
    },
  );

  test("answers HEAD without a body", async () => {
    const gateway = await startGateway({ ...build, config: { mockEnable: true } });
    const response = await gateway.fetch("/", { method: "HEAD" });
    expect([response.status, response.text()]).toEqual([200, ""]);
  });

  test.for([
    ["a wrong type", { mockEnable: [] }, "$.mockEnable: must be true or false"],
    ["a word", { mockEnable: "yes" }, "$.mockEnable: must be true or false"],
    ["another number", { mockEnable: 2 }, "$.mockEnable: must be true or false"],
    ["text that is not JSON", "mockEnable: true", "$: bad JSON or over 64 levels at byte 0"],
    ["JSON that is no object", "[]", "$: must be an object"],
    ["a byte 0 behind JSON", "{}\0", "$: bad JSON or over 64 levels at byte 2"],
    ["nesting without end", "[".repeat(100_000), "$: bad JSON or over 64 levels at byte 64"],
    [
      "a megabyte of it",
      `{"x":"${"y".repeat(1 << 20)}","mockEnable":{}}`,
      "$.mockEnable: must be true or false",
    ],
  ])("refuses %s by its path, and the configuration before keeps serving", async ([, config, problem]) => {
    await expect(startGateway({ ...build, config })).rejects.toThrow(
      `mock-response: configuration refused: ${problem}`,
    );

    const gateway = await startGateway({ ...build, config: { mockEnable: true } });
    const update = await gateway.configure(config);
    expect(update.accepted).toBe(false);
    expect(update.logs.map(({ message }) => message)).toContain(
      `mock-response: configuration refused: ${problem}`,
    );
    expect((await gateway.fetch("/")).text()).toBe("hello world");
  });

  test("takes a new configuration without a restart", async () => {
    const gateway = await startGateway({ ...build, config: { mockEnable: true } });
    expect((await gateway.configure({ mockEnable: false })).accepted).toBe(true);
    expect((await gateway.fetch("/")).json().headers.hello).toBe("world");
  });

  test("warns of a key that it does not know", async () => {
    const gateway = await startGateway({ ...build, config: { mockEnabled: true } });
    expect(gateway.logs.map(({ message }) => message)).toContain(
      "mock-response: $.mockEnabled: unknown key, ignored",
    );
  });

  test("keeps apart the configurations of plugins that share a VM", async () => {
    const gateway = await startGateway({
      ...build,
      plugins: [
        { plugin: build.plugin, name: "first", config: { mockEnable: false } },
        { plugin: build.plugin, name: "second", config: { mockEnable: true } },
        { plugin: build.plugin, name: "third", config: { mockEnable: false } },
      ],
    });
    expect((await gateway.fetch("/")).text()).toBe("hello world");
    await gateway.configure({ mockEnable: false }, "second");
    expect((await gateway.fetch("/")).json().headers.hello).toEqual(["world", "world", "world"]);
  });

  const rule = (conditions: object) => ({
    mockEnable: false,
    _rules_: [{ ...conditions, mockEnable: true }],
  });
  test.for([
    [{ _match_route_: ["other", "shop"] }, true],
    [{ _match_route_: ["sho"] }, false],
    [{ _match_route_prefix_: ["sho"] }, true],
    [{ _match_domain_: ["api.example.com"] }, true],
    [{ _match_domain_: ["*.example.com"] }, true],
    [{ _match_domain_: ["*"] }, true],
    [{ _match_domain_: ["api.*"] }, true],
    [{ _match_domain_: ["example.com"] }, false],
    [{ _match_domain_: ["API.example.com"] }, false],
    [{ _match_domain_: "api.example.com" }, true],
    [{ _match_route_: ["shop"], _match_domain_: ["nowhere.com"] }, true],
    [{ _match_route_: ["nowhere"], _match_domain_: ["*"] }, false],
    [{ _match_service_: ["upstream"] }, false],
  ] as const)("matches the rule %j: %s", async ([conditions, matches]) => {
    const gateway = await startGateway({ ...build, routeName: "shop", config: rule(conditions) });
    const response = await gateway.fetch("/", { authority: "api.example.com:8080" });
    expect(response.text() === "hello world").toBe(matches);
  });

  test("leaves requests alone that no rule and no global configuration is for", async () => {
    const gateway = await startGateway({
      ...build,
      routeName: "shop",
      config: { _rules_: [{ _match_route_: ["other"], mockEnable: true }] },
    });
    expect((await gateway.fetch("/")).json().headers.hello).toBeUndefined();
  });

  test.for([
    ["a rule without conditions", { _rules_: [{ mockEnable: true }] }, "$._rules_[0]: no _match_route_"],
    ["an empty list of rules alone", { _rules_: [] }, "$._rules_: needs a rule"],
    ["rules that are no list", { _rules_: {} }, "$._rules_: must be a list"],
    [
      "a wrong type in a rule",
      { _rules_: [{ _match_route_: ["a"] }, { _match_route_: ["b"], mockEnable: {} }] },
      "$._rules_[1].mockEnable: must be true or false",
    ],
    [
      "a condition that is no text",
      { _rules_: [{ _match_route_: [1] }] },
      "$._rules_[0]._match_route_: must be a list of strings",
    ],
  ])("refuses %s", async ([, config, problem]) => {
    await expect(startGateway({ ...build, config })).rejects.toThrow(`configuration refused: ${problem}`);
  });

  if (!build.plugin.includes("debug")) {
    test("costs a request one host call", async () => {
      const gateway = await startGateway({ ...build, config: { mockEnable: true } });
      gateway.ledger.reset();
      await gateway.fetch("/");
      expect(gateway.ledger.entries).toEqual({ proxy_on_context_create: 1, proxy_on_request_headers: 1 });
      expect(gateway.ledger.hostCalls).toEqual({ proxy_send_local_response: 1 });
    });
  }
});
