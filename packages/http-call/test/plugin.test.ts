import { UpstreamReset, startGateway, upstream, type FakeUpstream } from "@gateway-plugins/test-host";
import { describePlugin, expect, test } from "@gateway-plugins/test-host/vitest";

const config = {
  tokenHeader: "x-token",
  requestPath: "/auth?for=gateway",
  serviceName: "auth.dns",
  servicePort: 8080,
};
const CLUSTER = "outbound|8080||auth.dns";

describePlugin("http-call", { directory: new URL("../dist", import.meta.url) }, (build) => {
  const withAuth = (auth: FakeUpstream, more: object = {}) => ({
    ...build,
    config: { ...config, ...more },
    clusters: { [CLUSTER]: auth },
  });
  const never = () => new Promise<never>(() => undefined);

  test("puts the service's token on the request, in place of the client's own", async () => {
    const auth = upstream({ headers: { "X-Token": "from-service" } });
    const gateway = await startGateway(withAuth(auth));
    const response = await gateway.fetch("/orders", {
      headers: [
        ["x-token", "forged"],
        ["x-token", "again"],
      ],
    });
    expect(response.json().headers["x-token"]).toBe("from-service");
    expect(response).toHaveCalled(CLUSTER, {
      method: "GET",
      path: "/auth?for=gateway",
      authority: "auth.dns",
    });
  });

  test("puts a token on the request byte for byte, UTF-8 or not", async () => {
    // As latin1: an e acute in latin1 and in UTF-8, a character cut in two, and a byte that no character has.
    const token = "caf\u00e9 caf\u00c3\u00a9 \u00e4\u00b8 \u0080\u00ff";
    const gateway = await startGateway(withAuth(upstream({ headers: { "x-token": token } })));
    expect((await gateway.fetch("/orders")).json().headers["x-token"]).toBe(token);
  });

  test("passes the request on unchanged when the service sends no token", async () => {
    const gateway = await startGateway(withAuth(upstream()));
    const response = await gateway.fetch("/orders", { headers: { "x-token": "own" } });
    expect([response.status, response.json().headers["x-token"]]).toEqual([200, "own"]);
  });

  test.for([201, 204, 301, 401, 403, 500, 503])("answers 500 when the service answers %i", async (status) => {
    const service = upstream();
    const gateway = await startGateway({ ...withAuth(upstream({ status })), upstream: service });
    const response = await gateway.fetch("/orders");
    expect([response.status, response.text()]).toEqual([500, "http call failed"]);
    expect(service.requests).toEqual([]);
    expect(gateway.logs.map(({ message }) => message)).toEqual([
      `http-call: http call failed: status ${status}`,
    ]);
  });

  test.for([
    [{}, 500],
    [{ timeout: 80 }, 80],
    [{ timeout: "80" }, 80],
  ] as const)("answers 500 when the service takes longer than %j allows", async ([more, ms]) => {
    const gateway = await startGateway(withAuth(upstream(never), more));
    const request = gateway.fetch("/orders");
    await gateway.advance(ms - 1);
    expect(request).toBeHeld("request");
    await gateway.advance(1);
    const response = await request;
    expect([response.status, response.text()]).toEqual([500, "http call failed"]);
    expect(gateway.logs.map(({ message }) => message)).toEqual([
      "http-call: http call failed: timeout expired",
    ]);
  });

  test("answers 500 when the service breaks the connection", async () => {
    const auth = upstream(() => {
      throw new UpstreamReset("remote-reset");
    });
    const gateway = await startGateway(withAuth(auth));
    expect((await gateway.fetch("/orders")).status).toBe(500);
    expect(gateway.logs.map(({ message }) => message)).toEqual([
      "http-call: http call failed: connect failure",
    ]);
  });

  test.for([
    ["does not know the service", {}, "unknown cluster"],
    ["has no host for it", { [CLUSTER]: null }, "no healthy host"],
  ] as const)("passes the request on and logs when the gateway %s", async ([, clusters, reason]) => {
    const gateway = await startGateway({ ...build, config, clusters });
    expect((await gateway.fetch("/orders")).status).toBe(200);
    expect(gateway.logs.map(({ message }) => message)).toEqual([
      `http-call: not called, the request passes: ${CLUSTER}: ${reason}`,
    ]);
  });

  test("calls port 80 of a .static service when no port is given", async () => {
    const auth = upstream({ headers: { "x-token": "t" } });
    const gateway = await startGateway({
      ...build,
      config: { tokenHeader: "x-token", requestPath: "auth", serviceName: "auth.static" },
      clusters: { "outbound|80||auth.static": auth },
    });
    expect((await gateway.fetch("/")).json().headers["x-token"]).toBe("t");
    expect(auth.requests[0]?.path).toBe("/auth");
  });

  test("holds the body until the service has answered", async () => {
    const service = upstream();
    const auth = upstream({ headers: { "x-token": "t" } });
    const gateway = await startGateway({ ...withAuth(auth), upstream: service });
    const request = gateway.fetch("/orders", { body: ["one ", "two"] });
    expect(request).toBeHeld("request");
    await request;
    expect(service.requests[0]).toHaveHeader("x-token", "t");
    expect(service.requests[0]?.text()).toBe("one two");
  });

  test.for([
    ["tokenHeader", { ...config, tokenHeader: undefined }, "$.tokenHeader: missing tokenHeader in config"],
    ["tokenHeader", { ...config, tokenHeader: "" }, "$.tokenHeader: missing tokenHeader in config"],
    ...["x token", ":path", "content-length", "Host"].map((tokenHeader): [string, object, string] => [
      "tokenHeader",
      { ...config, tokenHeader },
      "$.tokenHeader: must be a header that a plugin may change",
    ]),
    ["requestPath", { ...config, requestPath: undefined }, "$.requestPath: missing requestPath in config"],
    ["requestPath", { ...config, requestPath: {} }, "$.requestPath: must be a string"],
    [
      "servicePort",
      { ...config, servicePort: 70000 },
      "$.servicePort: must be a whole number from 0 to 65535",
    ],
    [
      "servicePort",
      { ...config, servicePort: "http" },
      "$.servicePort: must be a whole number from 0 to 65535",
    ],
    ["timeout", { ...config, timeout: 0.5 }, "$.timeout: must be a whole number from 1 to 2147483647"],
    ["timeout", { ...config, timeout: -1 }, "$.timeout: must be a whole number from 1 to 2147483647"],
  ] as [string, object, string][])("refuses a bad %s: %j", async ([, bad, problem]) => {
    await expect(startGateway({ ...build, config: bad })).rejects.toThrow(
      `http-call: configuration refused: ${problem}`,
    );
  });

  if (!build.plugin.includes("debug")) {
    test("costs a request two entries besides its context, and six host calls", async () => {
      const gateway = await startGateway(withAuth(upstream({ headers: { "x-token": "t" } })));
      gateway.ledger.reset();
      await gateway.fetch("/");
      expect(gateway.ledger.entries).toEqual({
        proxy_on_context_create: 1,
        proxy_on_request_headers: 1,
        proxy_on_http_call_response: 1,
      });
      expect(gateway.ledger.hostCalls).toEqual({
        proxy_http_call: 1,
        proxy_set_effective_context: 1,
        proxy_get_header_map_value: 2,
        proxy_replace_header_map_value: 1,
        proxy_continue_stream: 1,
      });
    });
  }
});
