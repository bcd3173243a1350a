import { describe, expect, it } from "vitest";
import { createInProcessUpstream, UpstreamReset } from "../../../src/services/upstream/in-process.ts";
import type { Header, UpstreamHandler, UpstreamRequest } from "../../../src/services/upstream/upstream.ts";
import { VirtualClock } from "../../../src/services/virtual-clock.ts";
import { Recorder } from "./recorder.ts";

const POST: Header[] = [
  [":method", "POST"],
  [":path", "/p"],
  [":authority", "svc"],
  ["x", "1"],
];

async function answers(handler: UpstreamHandler, headers: Header[] = POST): Promise<string[]> {
  const recorder = new Recorder();
  createInProcessUpstream(handler, new VirtualClock()).open(headers, true, recorder);
  expect(recorder.events).toEqual([]);
  await recorder.ended;
  return recorder.events;
}

describe("an upstream in this process", () => {
  it("gives its handler the whole request", async () => {
    let seen: UpstreamRequest | undefined;
    const recorder = new Recorder();
    const upstream = createInProcessUpstream((request) => ((seen = request), {}), new VirtualClock());
    const stream = upstream.open(POST, false, recorder);
    stream.write(Buffer.from("a"), false);
    stream.write(Buffer.from("b"), false);
    expect(seen).toBeUndefined();
    stream.writeTrailers([["t", "1"]]);
    await recorder.ended;
    expect(seen).toEqual({
      method: "POST",
      path: "/p",
      authority: "svc",
      headers: POST,
      body: Buffer.from("ab"),
      trailers: [["t", "1"]],
    });
  });

  it.each<[string, Awaited<ReturnType<UpstreamHandler>>, string[]]>([
    ["nothing", {}, ["headers :status=200 (end)"]],
    [
      "a string",
      { status: 201, headers: { "X-A": "1" }, body: "h\u00e9" },
      ["headers :status=201&x-a=1&content-length=3", "data h\xc3\xa9 (end)"],
    ],
    ["an array", { body: ["a", Buffer.from("b")] }, ["headers :status=200", "data a", "data b (end)"]],
    [
      "trailers",
      {
        headers: [
          ["x", "1"],
          ["x", "2"],
        ],
        body: "a",
        trailers: [["t", "1"]],
      },
      ["headers :status=200&x=1&x=2&content-length=1", "data a", "trailers t=1 (end)"],
    ],
    [
      "a given length",
      { headers: { "content-length": "9" }, body: "a" },
      ["headers :status=200&content-length=9", "data a (end)"],
    ],
    ["a body with 204", { status: 204, body: ["a"] }, ["headers :status=204 (end)"]],
  ])("answers with %s", async (_title, response, events) => {
    expect(await answers(() => response)).toEqual(events);
  });

  it("answers HEAD with the length alone", async () => {
    expect(await answers(() => ({ body: "abc" }), [[":method", "HEAD"]])).toEqual([
      "headers :status=200&content-length=3 (end)",
    ]);
  });

  it("resets when its handler says so", async () => {
    const handler = (): never => {
      throw new UpstreamReset("connect-timeout", "too slow");
    };
    expect(await answers(handler)).toEqual(["reset connect-timeout: too slow (end)"]);
  });

  it("shows the error of a handler that is broken", async () => {
    const events = await answers(async () => {
      throw new TypeError("a bug");
    });
    expect(events[0]).toMatch(/^headers :status=500&/);
    expect(events[1]).toMatch(/^data The upstream's handler threw: TypeError: a bug\n +at /);
  });

  it("takes trailers as an object, as headers, and shows what is no response", async () => {
    const given = await answers(() => ({ headers: { "X-A": "1" }, trailers: { "X-T": "2" } }));
    expect(given).toEqual(await answers(() => ({ headers: [["x-a", "1"]], trailers: [["x-t", "2"]] })));
    expect(given).toHaveLength(2);
    for (const broken of [undefined, { trailers: [5] }])
      expect((await answers(() => broken as never))[0]).toMatch(/^headers :status=500&/);
  });

  it("delivers nothing after a reset by the caller, nor after an event that led to one", async () => {
    const clock = new VirtualClock();
    const upstream = createInProcessUpstream(() => ({ body: ["a", "b"] }), clock);
    const early = new Recorder();
    upstream.open(POST, true, early).reset();
    const late = new Recorder();
    const stream = upstream.open(POST, true, late);
    late.onData = () => (late.events.push("data"), stream.reset());
    await clock.settle();
    expect([early.events, late.events]).toEqual([[], ["headers :status=200", "data"]]);
  });

  it("hangs with its handler, until it is closed", async () => {
    const clock = new VirtualClock();
    const recorder = new Recorder();
    const upstream = createInProcessUpstream(() => new Promise(() => undefined), clock);
    upstream.open(POST, true, recorder);
    await clock.advance(3_600_000);
    expect(recorder.events).toEqual([]);
    await upstream.close();
    expect(recorder.events).toEqual(["reset local-reset: the upstream was closed (end)"]);
  });
});
