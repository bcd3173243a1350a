import { once } from "node:events";
import { connect, type IncomingHttpHeaders } from "node:http2";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { echo } from "../../../src/services/upstream/echo.ts";
import { startEchoServer, type EchoServer } from "../../../src/services/upstream/echo-server.ts";
import { createInProcessUpstream } from "../../../src/services/upstream/in-process.ts";
import { VirtualClock } from "../../../src/services/virtual-clock.ts";
import { Recorder } from "./recorder.ts";

describe("the echo server", () => {
  let server: EchoServer;

  beforeEach(async () => {
    server = await startEchoServer();
  });

  afterEach(() => server.close());

  it.each(["/get", "/headers", "/anything/at?all=1"])("shows the request to %s", async (path) => {
    const response = await fetch(server.url + path, {
      method: "POST",
      body: "h\u00e9",
      headers: { "X-Name": "value" },
    });
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(await response.json()).toMatchObject({
      method: "POST",
      path,
      url: server.url + path,
      headers: { "x-name": "value", host: `127.0.0.1:${server.port}` },
      body: "h\u00e9",
    });
  });

  it("answers with a status, bytes and chunks", async () => {
    expect((await fetch(`${server.url}/status/418`)).status).toBe(418);
    const bytes = new Uint8Array(await (await fetch(`${server.url}/bytes/257`)).arrayBuffer());
    expect([bytes.length, bytes[255], bytes[256]]).toEqual([257, 255, 0]);
    expect(await (await fetch(`${server.url}/stream/2`)).text()).toBe("chunk 0\nchunk 1\n");
  });

  it.each(["/status/99", "/status/600", "/bytes/99999999999", "/stream/99999999"])(
    "refuses %s",
    async (path) => {
      expect((await fetch(server.url + path)).status).toBe(400);
    },
  );

  it("speaks HTTP/2 with a client that begins with it", async () => {
    const session = connect(server.url);
    const stream = session.request({ ":method": "POST", ":path": "/anything", "x-name": "value" });
    stream.end("sent");
    const [head] = (await once(stream, "response")) as [IncomingHttpHeaders];
    const shown = JSON.parse(await text(stream)) as unknown;
    session.close();
    expect(head[":status"]).toBe(200);
    expect(shown).toMatchObject({
      method: "POST",
      url: `${server.url}/anything`,
      headers: { "x-name": "value" },
      body: "sent",
    });
  });

  it("rejects when the port is taken", async () => {
    await expect(startEchoServer({ port: server.port })).rejects.toThrow("EADDRINUSE");
  });
});

describe("the echo upstream in this process", () => {
  it("waits by the gateway's clock", async () => {
    const clock = new VirtualClock();
    const recorder = new Recorder();
    createInProcessUpstream(echo, clock).open([[":path", "/delay/5000"]], true, recorder);
    await clock.advance(4999);
    expect(recorder.events).toEqual([]);
    await clock.advance(1);
    expect(recorder.events[0]).toMatch(/^headers :status=200&/);
  });

  it("streams one data event a chunk", async () => {
    const recorder = new Recorder();
    createInProcessUpstream(echo, new VirtualClock()).open([[":path", "/stream/2"]], true, recorder);
    await recorder.ended;
    expect(recorder.events).toEqual([
      "headers :status=200&content-type=text/plain",
      "data chunk 0\n",
      "data chunk 1\n (end)",
    ]);
  });
});
