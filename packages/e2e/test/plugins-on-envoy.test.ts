import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Envoy, startEnvoy } from "../src/envoy.ts";
import { header, headerValues, statusOf } from "../src/http1.ts";
import { publishedModule } from "../src/plugins.ts";
import { fetchRaw, request } from "../src/raw-client.ts";
import { describeOnEnvoy } from "../src/real-parts.ts";
import { type RecordingUpstream, response, startRecordingUpstream } from "../src/recording-upstream.ts";

describeOnEnvoy("the published plugins in Envoy", () => {
  let upstream: RecordingUpstream;
  beforeAll(async () => {
    upstream = await startRecordingUpstream();
  });
  afterAll(() => upstream.close());
  beforeEach(() => upstream.forget());

  /** One Envoy with a listener for each configuration of a plugin. */
  async function serve(
    plugin: string,
    configurations: readonly (string | undefined)[],
    clusters: Record<string, string | null> = {},
  ) {
    const wasm = publishedModule(plugin);
    const listeners = configurations.map((configuration) => ({
      filters: [{ name: plugin, wasm, configuration }],
      upstream: upstream.address,
    }));
    return startEnvoy({ listeners, clusters });
  }
  const lastRequest = () => upstream.requests.at(-1)!;

  describe("hello-world", () => {
    let envoy: Envoy;
    beforeAll(async () => {
      envoy = await serve("hello-world", [undefined]);
    });
    afterAll(() => envoy.stop());

    it("adds hello: world to the request", async () => {
      const reply = await fetchRaw(envoy.ports[0]!, request("/"));

      expect(statusOf(reply)).toBe(200);
      expect(reply.body.toString()).toBe("upstream");
      expect(headerValues(lastRequest(), "hello")).toEqual(["world"]);
    });

    it("keeps a hello header of the client's", async () => {
      await fetchRaw(envoy.ports[0]!, request("/", { headers: { hello: "you" } }));

      expect(headerValues(lastRequest(), "hello")).toEqual(["you", "world"]);
    });

    it("passes a body on as it came", async () => {
      await fetchRaw(envoy.ports[0]!, request("/", { body: "a body" }));

      expect(lastRequest().body.toString()).toBe("a body");
      expect(header(lastRequest(), "content-length")).toBe("6");
    });
  });

  describe("mock-response", () => {
    const answering = ['{"mockEnable": true}', '{"mockEnable": "true"}', '{"mockEnable": 1}'];
    const passing = ['{"mockEnable": false}', "{}", '{"mockEnable": null}', undefined];
    let envoy: Envoy;
    beforeAll(async () => {
      envoy = await serve("mock-response", [...answering, ...passing]);
    });
    afterAll(() => envoy.stop());

    it.each(answering.map((configuration, i) => [configuration, i] as const))(
      "%s answers in the upstream's place",
      async (_, i) => {
        const reply = await fetchRaw(envoy.ports[i]!, request("/"));

        expect(statusOf(reply)).toBe(200);
        expect(reply.body.toString()).toBe("hello world");
        expect(reply.headers.map(([name]) => name).toSorted()).toEqual([
          "connection",
          "content-length",
          "content-type",
          "date",
          "server",
        ]);
        expect(header(reply, "content-length")).toBe("11");
        expect(upstream.requests).toHaveLength(0);
      },
    );

    it.each(passing.map((configuration, i) => [configuration ?? "no configuration", i] as const))(
      "%s adds hello: world and passes on",
      async (_, i) => {
        const reply = await fetchRaw(envoy.ports[answering.length + i]!, request("/"));

        expect(reply.body.toString()).toBe("upstream");
        expect(headerValues(lastRequest(), "hello")).toEqual(["world"]);
      },
    );
  });

  it.each([
    [
      "mock-response",
      '{"mockEnable": []}',
      "mock-response: configuration refused: $.mockEnable: must be true or false",
    ],
    [
      "mock-response",
      "{mockEnable: true}",
      "mock-response: configuration refused: $: bad JSON or over 64 levels at byte 1",
    ],
    ["mock-response", '["mockEnable"]', "mock-response: configuration refused: $: must be an object"],
    [
      "http-call",
      '{"requestPath": "/"}',
      "http-call: configuration refused: $.tokenHeader: missing tokenHeader in config",
    ],
    [
      "http-call",
      '{"tokenHeader": "t"}',
      "http-call: configuration refused: $.requestPath: missing requestPath in config",
    ],
  ])("%s refuses %s and says why", async (plugin, configuration, message) => {
    const start = serve(plugin, [configuration]);

    await expect(start).rejects.toThrow(message);
    await expect(start).rejects.toThrow("Failed to configure base Wasm plugin");
  });

  it("redis-ratelimit is refused by Envoy, which names the host function it lacks", async () => {
    const start = serve("redis-ratelimit", ['{"serviceName": "redis.static", "qpm": 1}']);

    await expect(start).rejects.toThrow(
      /Failed to load Wasm module due to a missing import: env\.proxy_redis_\w+/,
    );
  });

  describe("http-call", () => {
    const settings = {
      tokenHeader: "x-token",
      requestPath: "/auth?a=1",
      serviceName: "auth.dns",
      servicePort: 80,
      timeout: 2000,
    };
    const call = (more: object) => JSON.stringify({ ...settings, ...more });
    let auth: RecordingUpstream;
    let envoy: Envoy;
    beforeAll(async () => {
      auth = await startRecordingUpstream();
      const closed = await startRecordingUpstream();
      await closed.close();
      envoy = await serve(
        "http-call",
        [
          call({}),
          call({ timeout: 100 }),
          call({ serviceName: "down.dns" }),
          call({ serviceName: "unknown.dns" }),
          call({ serviceName: "empty.dns" }),
          call({ serviceName: "auth.static", servicePort: undefined }),
        ],
        {
          "outbound|80||auth.dns": auth.address,
          "outbound|80||auth.static": auth.address,
          "outbound|80||down.dns": closed.address,
          "outbound|80||empty.dns": null,
        },
      );
    });
    afterAll(async () => {
      await envoy.stop();
      await auth.close();
    });
    afterEach(() => auth.forget());
    const SERVICE = 0;
    const IMPATIENT = 1;
    const DOWN = 2;
    const UNKNOWN = 3;
    const EMPTY = 4;
    const STATIC = 5;

    it("puts the service's token on the request, in place of the client's own", async () => {
      auth.script = () => response(200, "", { "X-Token": "issued" });

      const reply = await fetchRaw(
        envoy.ports[SERVICE]!,
        request("/path", { headers: { "x-token": "forged" } }),
      );

      expect(statusOf(reply)).toBe(200);
      expect(headerValues(lastRequest(), "x-token")).toEqual(["issued"]);
      expect(auth.requests.map(({ startLine }) => startLine)).toEqual(["GET /auth?a=1 HTTP/1.1"]);
      expect(header(auth.requests[0]!, "host")).toBe("auth.dns");
    });

    it("calls port 80 of a .static service when none is configured", async () => {
      auth.script = () => response(200, "", { "x-token": "issued" });

      await fetchRaw(envoy.ports[STATIC]!, request("/"));

      expect(headerValues(lastRequest(), "x-token")).toEqual(["issued"]);
    });

    it("holds a body until the service has answered", async () => {
      auth.script = () => response(200, "", { "x-token": "issued" });

      await fetchRaw(envoy.ports[SERVICE]!, request("/", { body: "a body" }));

      expect(lastRequest().body.toString()).toBe("a body");
      expect(headerValues(lastRequest(), "x-token")).toEqual(["issued"]);
    });

    it("lets the request pass unchanged when the service answers 200 without a token", async () => {
      auth.script = () => response(200);

      const reply = await fetchRaw(envoy.ports[SERVICE]!, request("/"));

      expect(statusOf(reply)).toBe(200);
      expect(header(lastRequest(), "x-token")).toBeUndefined();
    });

    it.each([401, 204, 500, 503])("answers 500 when the service says %i", async (status) => {
      auth.script = () => (status === 204 ? "HTTP/1.1 204 No Content\r\n\r\n" : response(status));

      const reply = await fetchRaw(envoy.ports[SERVICE]!, request("/"));

      expect(statusOf(reply)).toBe(500);
      expect(reply.body.toString()).toBe("http call failed");
      expect(upstream.requests).toHaveLength(0);
      await envoy.waitForLog(new RegExp(`http-call: http call failed: status ${status}$`));
    });

    it("answers 500 when the service is slower than the timeout", async () => {
      auth.script = () => null;

      const reply = await fetchRaw(envoy.ports[IMPATIENT]!, request("/"));

      expect(statusOf(reply)).toBe(500);
      expect(reply.body.toString()).toBe("http call failed");
      await envoy.waitForLog(/http-call: http call failed: timeout expired$/);
    });

    it("answers 500 when the service is down", async () => {
      const reply = await fetchRaw(envoy.ports[DOWN]!, request("/"));

      expect(statusOf(reply)).toBe(500);
      expect(reply.body.toString()).toBe("http call failed");
      await envoy.waitForLog(/http-call: http call failed: connect failure$/);
    });

    it.each([
      [UNKNOWN, "whose cluster the gateway does not know", "unknown cluster"],
      [EMPTY, "without a host", "no healthy host"],
    ])("passes and logs with a service %#: %s", async (index, _, reason) => {
      const reply = await fetchRaw(envoy.ports[index]!, request("/"));

      expect(statusOf(reply)).toBe(200);
      expect(upstream.requests).toHaveLength(1);
      await envoy.waitForLog(
        new RegExp(`http-call: not called, the request passes: outbound\\S+: ${reason}$`),
      );
    });

    it("is left in peace by a client that goes away during the call", async () => {
      const called = new Promise<void>((resolve) => {
        auth.script = () => {
          resolve();
          return null;
        };
      });
      const aborted = fetchRaw(envoy.ports[IMPATIENT]!, request("/gone"), 50).catch(() => "gone");
      await called;
      expect(await aborted).toBe("gone");

      auth.script = () => response(200, "", { "x-token": "issued" });
      const reply = await fetchRaw(envoy.ports[IMPATIENT]!, request("/"));

      expect(statusOf(reply)).toBe(200);
      expect(envoy.isAlive()).toBe(true);
      expect(upstream.requests.map(({ startLine }) => startLine)).toEqual(["GET / HTTP/1.1"]);
    });
  });

  it("three filters in one VM keep their own configurations", async () => {
    const auth = await startRecordingUpstream((call) =>
      response(200, "", { "x-1": `1${call.startLine}`, "x-2": "2", "x-3": "3" }),
    );
    const filter = (number: number) => ({
      name: `http-call-${number}`,
      vmId: "shared",
      wasm: publishedModule("http-call"),
      configuration: JSON.stringify({
        tokenHeader: `x-${number}`,
        requestPath: `/${number}`,
        serviceName: "auth.dns",
        servicePort: 80,
      }),
    });
    const envoy = await startEnvoy({
      listeners: [{ filters: [filter(1), filter(2), filter(3)], upstream: upstream.address }],
      clusters: { "outbound|80||auth.dns": auth.address },
    });
    try {
      const replies = await Promise.all([1, 2, 3, 4].map(() => fetchRaw(envoy.ports[0]!, request("/"))));

      expect(replies.map(statusOf)).toEqual([200, 200, 200, 200]);
      expect(upstream.requests).toHaveLength(4);
      for (const passed of upstream.requests) {
        expect(["x-1", "x-2", "x-3"].map((name) => header(passed, name))).toEqual([
          "1GET /1 HTTP/1.1",
          "2",
          "3",
        ]);
      }
      expect(auth.requests).toHaveLength(12);
    } finally {
      await envoy.stop();
      await auth.close();
    }
  });
});
