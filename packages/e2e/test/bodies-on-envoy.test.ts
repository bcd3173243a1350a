import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { compile } from "../src/compile.ts";
import { type Envoy, startEnvoy } from "../src/envoy.ts";
import { type Http1Message, header, statusOf } from "../src/http1.ts";
import { type RequestOptions, chunked, exchange, fetchRaw, request } from "../src/raw-client.ts";
import { describeOnEnvoy } from "../src/real-parts.ts";
import { type RecordingUpstream, response, startRecordingUpstream } from "../src/recording-upstream.ts";

const LARGE = "0123456789".repeat(50_000);
const TRAILERS = { "x-trailer": "t" };
const CHUNKED = { "transfer-encoding": "chunked" };

/** A body and how it is framed. */
interface Framing {
  readonly title: string;
  readonly body: string;
  readonly trailers: boolean;
  readonly headers: Record<string, string>;
  readonly wire: string;
}
function withLength(title: string, body: string): Framing {
  return { title, body, trailers: false, headers: { "content-length": String(body.length) }, wire: body };
}
function inChunks(title: string, chunks: string[], trailers: boolean): Framing {
  const wire = chunked(chunks, trailers ? TRAILERS : {});
  return { title, body: chunks.join(""), trailers, headers: CHUNKED, wire };
}
const LARGE_CHUNKS = LARGE.match(/.{1,40000}/g)!;
const FRAMINGS = [
  withLength("content-length", "a body"),
  withLength("500 KB with content-length", LARGE),
  inChunks("three chunks", ["a ", "bo", "dy"], false),
  inChunks("500 KB in chunks", LARGE_CHUNKS, false),
  inChunks("chunks and trailers", ["a ", "body"], true),
  inChunks("500 KB in chunks with trailers", LARGE_CHUNKS, true),
];
const BODILESS = [withLength("content-length: 0", ""), inChunks("an empty chunked body", [], false)];

const REWRITES: [path: string, rewritten: (body: string) => string][] = [
  ["/replace", (body) => `<${body}>`],
  ["/replace-bytes", (body) => `ä${body}`],
  ["/empty", () => ""],
  ["/append", (body) => `${body} tail`],
  ["/prepend", (body) => `head ${body}`],
  ["/both", (body) => `head ${body} tail`],
  ["/unchanged", (body) => body],
];

describeOnEnvoy("bodies in Envoy", () => {
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
  afterEach(() => {
    upstream.script = () => response(200, "upstream");
    upstream.forget();
    service.forget();
  });
  function onEnvoyWith(fixture: string): void {
    beforeAll(async () => {
      const filters = [{ name: fixture, wasm: await compile(fixture) }];
      envoy = await startEnvoy({
        listeners: [{ filters, upstream: upstream.address }],
        clusters: { service: service.address },
      });
    });
    afterAll(() => envoy.stop());
  }

  const post = (path: string, { headers, wire }: Framing, connection: string): Buffer =>
    Buffer.concat([
      request(path, { method: "POST", headers: { ...headers, connection } }),
      Buffer.from(wire),
    ]);

  /** The request as the upstream reads it; what follows on both connections has to be intact. */
  async function sentAs(path: string, framing: Framing): Promise<Http1Message> {
    const both = Buffer.concat([post(path, framing, "keep-alive"), post("/unchanged", framing, "close")]);
    const { responses, rest } = await exchange(envoy.ports[0]!, both);
    expect(responses.map(statusOf)).toEqual([200, 200]);
    expect(rest).toBe("");
    expect(upstream.requests.map(({ startLine }) => startLine.split(" ")[1])).toEqual([path, "/unchanged"]);
    expect(upstream.requests[1]!.body.toString()).toBe(framing.body);
    for (const connection of upstream.connections) expect(connection.rest).toBe("");
    return upstream.requests[0]!;
  }
  /** The response as the client reads it, with another one behind it on the same connections. */
  async function receivedAs(path: string, framing: Framing): Promise<Http1Message> {
    const lines = Object.entries(framing.headers).map(([name, value]) => `${name}: ${value}\r\n`);
    upstream.script = () => `HTTP/1.1 200 Scripted\r\n${lines.join("")}\r\n${framing.wire}`;
    const both = Buffer.concat([
      request(path, { headers: { connection: "keep-alive", te: "trailers" } }),
      request("/unchanged", { headers: { te: "trailers" } }),
    ]);
    const { responses, rest } = await exchange(envoy.ports[0]!, both);
    expect(responses.map(statusOf)).toEqual([200, 200]);
    expect(rest).toBe("");
    expect(responses[1]!.body.toString()).toBe(framing.body);
    return responses[0]!;
  }
  const send = (path: string, options?: RequestOptions): Promise<Http1Message> =>
    fetchRaw(envoy.ports[0]!, request(path, options));

  function expectMessage(message: Http1Message, body: string, framing: Framing): void {
    expect(
      message.body.toString() === body,
      `body of ${message.body.length} bytes: ${message.body.toString().slice(0, 40)}`,
    ).toBe(true);
    expect(message.trailers).toEqual(framing.trailers ? Object.entries(TRAILERS) : []);
  }

  describe("onRequestBody and onResponseBody", () => {
    onEnvoyWith("bodies-seen");
    const seen = (which: string, { body }: Framing) =>
      new RegExp(`${which} body of ${body.length} bytes: ${body.slice(0, 20)}$`);

    it.each(FRAMINGS)("a request with $title is seen whole and goes on as it came", async (framing) => {
      const passed = await sentAs("/", framing);

      expectMessage(passed, framing.body, framing);
      expect(header(passed, "content-length")).toBe(framing.headers["content-length"]);
      await envoy.waitForLog(seen("request", framing));
    });

    it.each(FRAMINGS)("a response with $title is seen whole and goes on as it came", async (framing) => {
      const reply = await receivedAs("/", framing);

      expectMessage(reply, framing.body, framing);
      expect(header(reply, "content-length")).toBe(framing.headers["content-length"]);
      await envoy.waitForLog(seen("response", framing));
    });

    it.each(FRAMINGS)("a request with $title waits for a call", async (framing) => {
      const passed = await sentAs("/call", framing);

      expectMessage(passed, framing.body, framing);
      expect(service.requests[0]!.body.toString() === framing.body).toBe(true);
    });

    it.each(FRAMINGS)("a response with $title waits for a call", async (framing) => {
      const reply = await receivedAs("/call", framing);

      expectMessage(reply, framing.body, framing);
      expect(service.requests.at(0)!.body.toString() === framing.body).toBe(true);
    });

    it.each(["/answer", "/call-and-answer"])(
      "%s: a request is answered when its body is here",
      async (path) => {
        service.script = () => response(200, "seen: a body");
        const reply = await send(path, { body: "a body" });

        expect([statusOf(reply), reply.body.toString()]).toEqual([403, "seen: a body"]);
        expect(statusOf(await send("/"))).toBe(200);
      },
    );

    it("over the gateway's buffer limit the client gets 413", async () => {
      const reply = await send("/", { body: "x".repeat(3_000_000) });

      expect(statusOf(reply)).toBe(413);
      expect(envoy.isAlive()).toBe(true);
    });
  });

  describe("rewriteRequestBody and rewriteResponseBody", () => {
    onEnvoyWith("bodies-rewritten");

    describe.each(REWRITES)("%s", (path, rewritten) => {
      it.each(FRAMINGS)("a request with $title", async (framing) => {
        const passed = await sentAs(path, framing);

        expectMessage(passed, rewritten(framing.body), framing);
        expect(header(passed, "content-length")).toBeUndefined();
      });

      it.each(FRAMINGS)("a response with $title", async (framing) => {
        const reply = await receivedAs(path, framing);

        expectMessage(reply, rewritten(framing.body), framing);
        expect(header(reply, "content-length")).toBeUndefined();
      });
    });

    it("a request without a body stays without one", async () => {
      const passed = await sentAs("/append", BODILESS[0]!);

      expect(passed.body.toString()).toBe("");
    });

    it("an empty chunked request can be appended to", async () => {
      const passed = await sentAs("/append", BODILESS[1]!);

      expect(passed.body.toString()).toBe(" tail");
    });

    it("a response without a body stays without one", async () => {
      const reply = await receivedAs("/append", BODILESS[0]!);

      expect(reply.body.toString()).toBe("");
      expect(header(reply, "content-length")).toBe("0");
    });

    it.each([204, 304])("a response of status %i stays without a body", async (status) => {
      upstream.script = () => `HTTP/1.1 ${status} Scripted\r\n\r\n`;
      const { raw } = await exchange(envoy.ports[0]!, request("/append"));

      expect(raw).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
      expect(raw.split("\r\n\r\n")[1]).toBe("");
    });

    it("the response to HEAD keeps its content-length and gets no body", async () => {
      upstream.script = () => "HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n";
      const { raw, closed } = await exchange(envoy.ports[0]!, request("/append", { method: "HEAD" }));

      expect(raw).toContain("content-length: 8\r\n");
      expect(raw.split("\r\n\r\n")[1]).toBe("");
      expect(closed).toBe(true);
    });
  });

  describe("rewriteRequestChunks and rewriteResponseChunks", () => {
    onEnvoyWith("chunks-rewritten");

    it.each(FRAMINGS)("$title: left alone", async (framing) => {
      expectMessage(await sentAs("/unchanged", framing), framing.body, framing);
      expectMessage(await receivedAs("/unchanged", framing), framing.body, framing);
    });

    it.each(FRAMINGS)("$title: dropped", async (framing) => {
      expectMessage(await sentAs("/drop", framing), "", framing);
      expectMessage(await receivedAs("/drop", framing), "", framing);
    });

    it.each(FRAMINGS)("$title: twice as long", async (framing) => {
      const passed = await sentAs("/double", framing);
      expect(passed.body).toHaveLength(framing.body.length * 2);
      expect(passed.trailers).toEqual(framing.trailers ? Object.entries(TRAILERS) : []);

      const reply = await receivedAs("/double", framing);
      expect(reply.body).toHaveLength(framing.body.length * 2);
      expect(reply.trailers).toEqual(framing.trailers ? Object.entries(TRAILERS) : []);
    });

    it.each(FRAMINGS)("$title: the last chunk is known as such unless trailers follow", async (framing) => {
      const expected = framing.trailers ? framing.body : `${framing.body} end`;

      expectMessage(await sentAs("/end", framing), expected, framing);
      expectMessage(await receivedAs("/end", framing), expected, framing);
    });
  });
});
