import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { compile, tryCompile } from "../src/compile.ts";
import { type Envoy, startEnvoy } from "../src/envoy.ts";
import { type Http1Message, header, headerValues, statusOf } from "../src/http1.ts";
import { type RequestOptions, exchange, fetchRaw, request } from "../src/raw-client.ts";
import { describeOnEnvoy } from "../src/real-parts.ts";
import { type RecordingUpstream, response, startRecordingUpstream } from "../src/recording-upstream.ts";

describeOnEnvoy("what would crash or corrupt a gateway, tried through the SDK in Envoy", () => {
  let upstream: RecordingUpstream;
  let service: RecordingUpstream;
  let envoy: Envoy;
  beforeAll(async () => {
    upstream = await startRecordingUpstream();
    service = await startRecordingUpstream();
  });
  afterAll(async () => {
    await upstream.close();
    await service.close();
  });

  /** The suite's Envoy with one plugin. After each test it must live, and serve a plain request as if nothing had been tried. */
  function onEnvoyWith(fixture: string, target?: "release" | "debug"): void {
    beforeAll(async () => {
      const wasm = await compile(fixture, target);
      const filters = [{ name: fixture, wasm }];
      envoy = await startEnvoy({
        listeners: [{ filters, upstream: upstream.address }],
        clusters: { service: service.address },
      });
    });
    afterAll(() => envoy.stop());
    afterEach(async () => {
      upstream.script = () => response(200, "upstream");
      upstream.forget();
      service.forget();
      expect(envoy.isAlive()).toBe(true);
      expect(statusOf(await fetchRaw(envoy.ports[0]!, request("/plain")))).toBeLessThan(500);
      upstream.forget();
    });
  }
  const send = (path: string, options?: RequestOptions): Promise<Http1Message> =>
    fetchRaw(envoy.ports[0]!, request(path, options));
  const pathsAt = (recorder: RecordingUpstream): string[] =>
    recorder.requests.map(({ startLine }) => startLine.split(" ")[1]!);

  describe.each(["release", "debug"] as const)("answers and resumptions (%s build)", (target) => {
    onEnvoyWith("answer-twice", target);

    it.each([
      ["/twice", "too late"],
      ["/answer-and-continue", null],
      ["/twice-in-callback", "too late"],
      ["/answer-and-continue-in-callback", null],
      ["/call-and-answer", null],
      ["/answer-and-call", "too late"],
      ["/two-calls-that-answer", null],
    ])("%s: the client gets the first answer, the upstream nothing", async (path, log) => {
      const reply = await send(path);

      expect([statusOf(reply), reply.body.toString()]).toEqual([403, "first"]);
      expect(upstream.requests).toHaveLength(0);
      expect(pathsAt(service)).not.toContain("/never");
      if (log) await envoy.waitForLog(new RegExp(`answer-twice: ${log}`));
    });

    it.each(["/two-calls", "/call-and-continue", "/call-that-fails-at-once"])(
      "%s: the upstream gets the request once",
      async (path) => {
        const reply = await send(path, { body: "a body" });

        expect([statusOf(reply), reply.body.toString()]).toEqual([200, "upstream"]);
        expect(pathsAt(upstream)).toEqual([path]);
        expect(upstream.requests[0]!.body.toString()).toBe("a body");
      },
    );

    it.each(["/response-call-fails-at-once", "/response-two-calls"])(
      "%s: the client gets the response once",
      async (path) => {
        const reply = await send(path);

        expect([statusOf(reply), reply.body.toString()]).toEqual([200, "upstream"]);
      },
    );

    it("/response-twice: the first answer replaces the response", async () => {
      const reply = await send("/response-twice");

      expect([statusOf(reply), reply.body.toString()]).toEqual([403, "first"]);
    });
  });

  describe("statuses", () => {
    onEnvoyWith("statuses");

    it.each([0, 70, 101, 199, 600, 700, 70000, -1])(
      "answering with %i sends 500 and says so",
      async (status) => {
        const reply = await send(`/respond/${status}`);

        expect([statusOf(reply), reply.body.toString()]).toEqual([500, "a body"]);
        await envoy.waitForLog(
          new RegExp(`statuses: ${status} cannot be sent as a status, 500 goes out: use 200 to 599`),
        );
      },
    );

    it.each([204, 304])("answering with %i sends no body", async (status) => {
      const { raw } = await exchange(envoy.ports[0]!, request(`/respond/${status}`));

      expect(raw).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(raw.split("\r\n\r\n")[1]).toBe("");
    });

    it.each([0, 99, 101, 600, 1000, 70000, 204, 304])(
      "a response with a body does not become %i",
      async (status) => {
        const reply = await send(`/status/${status}`);

        expect([statusOf(reply), reply.body.toString()]).toEqual([200, "upstream"]);
        await envoy.waitForLog(/statuses: refused to change :status/);
      },
    );

    it("a response without a body may become 204", async () => {
      upstream.script = () => response(200);

      expect(statusOf(await send("/status/204"))).toBe(204);
    });
  });

  describe("header names and values", () => {
    onEnvoyWith("odd-headers");

    it("what a request must not carry is refused and logged", async () => {
      const reply = await send("/request", { headers: { "content-type": "text/plain" }, body: "a body" });

      expect(statusOf(reply)).toBe(200);
      const [passed] = upstream.requests;
      expect(header(passed!, "x-changed")).toBe("nothing");
      expect(headerValues(passed!, "content-type")).toEqual(["text/plain"]);
      expect(header(passed!, "content-length")).toBe("6");
      expect(header(passed!, "host")).toBe("gateway.test");
      expect(upstream.connections[0]!.bytes.toString("latin1")).not.toContain("Injected");
      await envoy.waitForLog(/odd-headers: refused to change header x-value/);
      await envoy.waitForLog(/odd-headers: refused to change header x-a {2}Injected/);
      await envoy.waitForLog(/odd-headers: refused to change header Content-Length/);
      await envoy.waitForLog(/odd-headers: refused to change header content-type/);
    });

    it("what a response must not carry is refused", async () => {
      upstream.script = () => response(200, "upstream", { "content-type": "text/plain" });
      const { raw, responses, rest } = await exchange(envoy.ports[0]!, request("/response"));

      expect(raw).not.toContain("Injected");
      expect(responses.map((reply) => [statusOf(reply), reply.body.toString()])).toEqual([[200, "upstream"]]);
      expect(rest).toBe("");
      expect(header(responses[0]!, "x-changed")).toBe("nothing");
      expect(headerValues(responses[0]!, "content-type")).toEqual(["text/plain"]);
    });

    it("what an answer must not carry is left out and logged", async () => {
      const { raw, responses, rest } = await exchange(envoy.ports[0]!, request("/respond"));

      expect(raw).not.toContain("Injected");
      expect(responses.map((reply) => [statusOf(reply), reply.body.toString()])).toEqual([[200, "a body"]]);
      expect(rest).toBe("");
      const names = responses[0]!.headers.map(([name]) => name).toSorted();
      expect(names).toEqual(["connection", "content-length", "content-type", "date", "server", "x-good"]);
      await envoy.waitForLog(/odd-headers: left out of the local response: header x-value/);
      await envoy.waitForLog(/odd-headers: left out of the local response: header transfer-encoding/);
      await envoy.waitForLog(/odd-headers: left out of the local response: header content-type/);
    });
  });

  describe("replacing all headers", () => {
    onEnvoyWith("replace-all");

    it("keeps the request's route, line and host", async () => {
      const reply = await send("/without-proto", { headers: { "x-old": "1" }, body: "a body" });

      expect(statusOf(reply)).toBe(200);
      const [passed] = upstream.requests;
      expect(passed!.startLine).toBe("POST /without-proto HTTP/1.1");
      expect([header(passed!, "host"), header(passed!, "x-old"), header(passed!, "x-only")]).toEqual([
        "gateway.test",
        undefined,
        "1",
      ]);
      expect(passed!.body.toString()).toBe("a body");
    });

    it("leaves the framing alone", async () => {
      await send("/framing", { body: "a body" });

      expect(headerValues(upstream.requests[0]!, "content-length")).toEqual(["6"]);
      expect(header(upstream.requests[0]!, "transfer-encoding")).toBeUndefined();
      expect(upstream.requests[0]!.body.toString()).toBe("a body");
    });

    it.each(["/2000-pairs", "/invalid"])("%s: nothing is changed, and a log line says so", async (path) => {
      const reply = await send(path, { headers: { "x-old": "1" } });

      expect(statusOf(reply)).toBe(200);
      expect([header(upstream.requests[0]!, "x-old"), header(upstream.requests[0]!, "x-replaced")]).toEqual([
        "1",
        "false",
      ]);
      await envoy.waitForLog(/replace-all: refused to change header/);
    });

    it("keeps a response's status and framing", async () => {
      upstream.script = () => response(201, "upstream", { "x-old": "1" });
      const reply = await send("/response");

      expect([statusOf(reply), reply.body.toString()]).toEqual([201, "upstream"]);
      expect([header(reply, "x-old"), header(reply, "x-only")]).toEqual([undefined, "1"]);
      expect(headerValues(reply, "content-length")).toEqual(["8"]);
    });
  });

  describe("request line and host", () => {
    onEnvoyWith("odd-targets");

    it("spaces, control characters and empty texts are refused and logged", async () => {
      const reply = await send("/kept");

      expect(statusOf(reply)).toBe(200);
      expect(upstream.requests[0]!.startLine).toBe("GET /kept HTTP/1.1");
      expect(header(upstream.requests[0]!, "host")).toBe("gateway.test");
      expect(upstream.connections[0]!.bytes.toString("latin1")).not.toContain("Injected");
      for (const name of [":path", ":method", ":authority"]) {
        await envoy.waitForLog(new RegExp(`odd-targets: refused to change ${name}`));
      }
    });

    it("others are set", async () => {
      await send("/good", { body: "a body" });

      expect(upstream.requests[0]!.startLine).toBe("PUT /changed?a=1 HTTP/1.1");
      expect(header(upstream.requests[0]!, "host")).toBe("other.test");
    });
  });

  describe("calls", () => {
    onEnvoyWith("odd-calls");

    it.each([
      "/header-value",
      "/header-name",
      "/content-length",
      "/path-space",
      "/path-split",
      "/method",
      "/host",
    ])("%s: the call fails in its callback, and the service sees nothing", async (path) => {
      const reply = await send(path);

      expect([statusOf(reply), reply.body.toString()]).toEqual([299, "invalid request"]);
      expect(service.connections).toHaveLength(0);
    });
  });

  describe("holding without a call", () => {
    onEnvoyWith("stale-actions");
    const LOG = /stale-actions: held without a call/;

    it.each([
      ["/handler", undefined],
      ["/callback", undefined],
      ["/body", "a body"],
      ["/response", undefined],
    ])("%s: an action of an earlier call gives 500 at once", async (path, body) => {
      expect(statusOf(await send("/call"))).toBe(200);

      expect(statusOf(await send(path, { body }))).toBe(500);
      await envoy.waitForLog(LOG);
    });

    it("/response-body: with its headers sent, the response goes on", async () => {
      expect(statusOf(await send("/call"))).toBe(200);

      const reply = await send("/response-body");
      expect([statusOf(reply), reply.body.toString()]).toEqual([200, "upstream"]);
    });
  });

  describe("a context kept for a later phase", () => {
    onEnvoyWith("kept-context");

    it.each([
      ["/response-body", "too late"],
      ["/log", "too late"],
      ["/log-call", "too late"],
    ])("%s: answers nothing, and a log line says so", async (path, log) => {
      const reply = await send(path);

      expect([statusOf(reply), reply.body.toString()]).toEqual([200, "upstream"]);
      await envoy.waitForLog(new RegExp(`kept-context: ${log}`));
    });
  });

  describe("calls that fail at once, without end", () => {
    onEnvoyWith("endless-calls");

    it("are cut off with 500", async () => {
      expect(statusOf(await send("/calls"))).toBe(500);
      await envoy.waitForLog(/endless-calls: held without a call, or 16 failed at once/);
    });
  });

  describe("bodies of another length", () => {
    onEnvoyWith("lengths");

    it.each(["/longer", "/shorter"])(
      "%s: the next messages on the same connections are intact",
      async (path) => {
        const post = (close: boolean) =>
          request(path, { body: "sent", headers: { connection: close ? "close" : "keep-alive" } });
        const { responses, rest } = await exchange(
          envoy.ports[0]!,
          Buffer.concat([post(false), post(false), post(true)]),
        );

        const body = path === "/longer" ? /^a body that is much longer than what the client sent$/ : /^s$/;
        expect(upstream.connections).toHaveLength(1);
        const [{ requests, rest: surplus }] = upstream.connections as [(typeof upstream.connections)[number]];
        expect(requests.map(({ startLine }) => startLine)).toEqual(Array(3).fill(`POST ${path} HTTP/1.1`));
        for (const passed of requests) expect(passed.body.toString()).toMatch(body);
        expect(surplus).toBe("");
        const answer =
          path === "/longer" ? "a response that is much longer than what the upstream sent" : "r";
        expect(responses.map((reply) => reply.body.toString())).toEqual(Array(3).fill(answer));
        expect(rest).toBe("");
      },
    );
  });
});

describe("what would crash or corrupt a gateway, and does not compile", () => {
  it.each([
    ["log-answers", "Property 'respond' does not exist on type"],
    ["response-body-answers", "Property 'respond' does not exist on type"],
    [
      "top-level-call",
      "the top level of the plugin calls the gateway (proxy_get_current_time_nanoseconds), which gateways forbid: do it in a handler",
    ],
    ["literal-split", '"a\\r\\nInjected: 1" is not a header value'],
    ["literal-append", '"content-type" is not a header that a plugin may append to'],
  ])("%s: %s", async (fixture, message) => {
    const { wasm, messages } = await tryCompile(fixture);

    expect(messages).toContain(message);
    expect(wasm).toBeNull();
  });
});
