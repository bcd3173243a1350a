import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Timer } from "../../../src/services/clock.ts";
import { createHttpUpstream } from "../../../src/services/upstream/http.ts";
import type { Header, Upstream } from "../../../src/services/upstream/upstream.ts";
import { RealClock } from "../../../src/services/real-clock.ts";
import { Recorder } from "./recorder.ts";

const GET: Header[] = [
  [":method", "GET"],
  [":path", "/"],
  [":authority", "svc.local"],
  [":scheme", "http"],
];
const POST = GET.map(([name, value]): Header => [name, name === ":method" ? "POST" : value]);

/** Every delay passes before the sockets are polled again. */
class ImpatientClock extends RealClock {
  readonly delays: number[] = [];

  override after(ms: number, callback: () => void): Timer {
    this.delays.push(ms);
    process.nextTick(callback);
    return { cancel: () => undefined };
  }
}

let server: Server;
let upstream: Upstream;
let sockets: Socket[];
/** Everything the server received, all connections after one another. */
let received: string;
/** Runs at each piece of a request. */
let respond: (socket: Socket) => void;

beforeEach(async () => {
  received = "";
  sockets = [];
  respond = (socket) => {
    if (received.endsWith("\r\n\r\n")) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
  };
  server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => undefined);
    socket.on("data", (bytes) => {
      received += bytes.toString("latin1");
      respond(socket);
    });
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  upstream = createHttpUpstream({ address: "127.0.0.1", port: portOf(server) }, 1000, new RealClock());
});

afterEach(async () => {
  await upstream.close();
  for (const socket of sockets) socket.destroy();
  server.close();
});

function portOf(listening: Server): number {
  return (listening.address() as AddressInfo).port;
}

async function exchange(headers: Header[], ...chunks: string[]): Promise<string[]> {
  const recorder = new Recorder();
  const stream = upstream.open(headers, chunks.length === 0, recorder);
  for (const [index, chunk] of chunks.entries())
    stream.write(Buffer.from(chunk), index === chunks.length - 1);
  await recorder.ended;
  return recorder.events;
}

async function answer(raw: string, headers: Header[] = GET): Promise<string[]> {
  respond = (socket) => socket.end(raw, "latin1");
  return exchange(headers);
}

describe("a request on the wire", () => {
  it.each<[string, Header[], string[], string]>([
    ["adds nothing to a GET", GET, [], "GET / HTTP/1.1\r\nhost: svc.local\r\n\r\n"],
    [
      "keeps order, duplicates and latin1 values",
      [...GET, ["x-b", "1"], ["x-a", "caf\xe9"], ["x-b", "2"]],
      [],
      "GET / HTTP/1.1\r\nhost: svc.local\r\nx-b: 1\r\nx-a: caf\xe9\r\nx-b: 2\r\n\r\n",
    ],
    [
      "gives a bodiless POST a length of 0",
      POST,
      [],
      "POST / HTTP/1.1\r\nhost: svc.local\r\ncontent-length: 0\r\n\r\n",
    ],
    [
      "honours a given length",
      [...POST, ["content-length", "5"]],
      ["he", "llo\r\n\r\n"],
      "POST / HTTP/1.1\r\nhost: svc.local\r\ncontent-length: 5\r\n\r\nhello\r\n\r\n",
    ],
    [
      "chunks a body without one",
      POST,
      ["he", "llo"],
      "POST / HTTP/1.1\r\nhost: svc.local\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
    ],
    [
      "chunks the body of a GET too",
      GET,
      ["x"],
      "GET / HTTP/1.1\r\nhost: svc.local\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    ],
    [
      "adds no last chunk to a bodiless request that claims to be chunked",
      [...GET, ["transfer-encoding", "chunked"]],
      [],
      "GET / HTTP/1.1\r\nhost: svc.local\r\ntransfer-encoding: chunked\r\n\r\n",
    ],
    [
      "sends method and path raw, blanks included",
      [
        [":method", "GE T"],
        [":path", "/a b"],
        ["host", "h"],
      ],
      ["x"],
      "GE T /a b HTTP/1.1\r\nhost: h\r\ntransfer-encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
    ],
  ])("%s", async (_title, headers, chunks, wire) => {
    respond = (socket) => {
      if (received.length >= wire.length) socket.write("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    };
    expect(await exchange(headers, ...chunks)).toEqual([
      "headers :status=200&content-length=2",
      "data ok",
      "data  (end)",
    ]);
    expect(received).toBe(wire);
  });

  it("ends with trailers when it is chunked, and drops them otherwise", async () => {
    for (const headers of [POST, [...POST, ["content-length", "2"] as Header]]) {
      const recorder = new Recorder();
      respond = (socket) => {
        if (/sum: 1\r\n\r\n$|\r\n\r\nhi$/.test(received)) socket.write("HTTP/1.1 204 No Content\r\n\r\n");
      };
      const stream = upstream.open(headers, false, recorder);
      stream.write(Buffer.from("hi"), false);
      stream.writeTrailers([["sum", "1"]]);
      await recorder.ended;
    }
    expect(received).toBe(
      "POST / HTTP/1.1\r\nhost: svc.local\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nsum: 1\r\n\r\n" +
        "POST / HTTP/1.1\r\nhost: svc.local\r\ncontent-length: 2\r\n\r\nhi",
    );
  });

  it("sends the head before there is a body", async () => {
    const arrived = new Promise<void>((resolve) => (respond = () => resolve()));
    upstream.open(POST, false, new Recorder());
    await arrived;
    expect(received).toContain("POST / HTTP/1.1\r\n");
  });

  it("reuses the connection", async () => {
    await exchange(GET);
    await exchange(GET);
    expect(sockets).toHaveLength(1);
  });

  it.each([
    ["x-b", "1\r\nx-c: 2"],
    [":path", "/\r\nx: y"],
  ])("resets for a line break in %s and sends nothing", async (name, value) => {
    const headers: Header[] = [...GET.filter(([other]) => other !== name), [name, value]];
    expect(await exchange(headers)).toEqual([
      `reset protocol-error: invalid header value for: ${name} (end)`,
    ]);
    expect(received).toBe("");
  });
});

describe("a response", () => {
  it("keeps order, duplicates and latin1 values, with names in lower case", async () => {
    const events = await answer(
      "HTTP/1.1 299 Odd\r\nX-B: 1\r\nx-a: caf\xe9\r\nX-b: 2\r\ncontent-length: 0\r\n\r\n",
    );
    expect(events).toEqual(["headers :status=299&x-b=1&x-a=caf\xe9&x-b=2&content-length=0 (end)"]);
  });

  it("arrives in pieces as they are sent, and ends with its trailers", async () => {
    const recorder = new Recorder();
    respond = (socket) =>
      void socket.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nab\r\n");
    const first = new Promise<void>((resolve) => {
      const onData = recorder.onData.bind(recorder);
      recorder.onData = (chunk, endStream) => (onData(chunk, endStream), resolve());
    });
    upstream.open(GET, true, recorder);
    await first;
    sockets[0]?.write("1\r\nc\r\n0\r\nsum: 1\r\n\r\n");
    await recorder.ended;
    expect(recorder.events).toEqual([
      "headers :status=200&transfer-encoding=chunked",
      "data ab",
      "data c",
      "trailers sum=1 (end)",
    ]);
  });

  it.each([
    ["204 No Content", GET, "headers :status=204 (end)"],
    ["304 Not Modified\r\ncontent-length: 9", GET, "headers :status=304&content-length=9 (end)"],
    [
      "200 OK\r\ncontent-length: 9",
      GET.map(([name, value]): Header => [name, name === ":method" ? "HEAD" : value]),
      "headers :status=200&content-length=9 (end)",
    ],
  ])("ends with its headers: %j", async (head, headers, event) => {
    expect(await answer(`HTTP/1.1 ${head}\r\n\r\n`, headers)).toEqual([event]);
  });

  it("is what follows the informational ones", async () => {
    const events = await answer(
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 204 No\r\n\r\n",
    );
    expect(events).toEqual(["headers :status=204 (end)"]);
  });

  it("without framing lasts until the connection ends", async () => {
    expect(await answer("HTTP/1.1 200 OK\r\n\r\nall of it")).toEqual([
      "headers :status=200",
      "data all of it",
      "data  (end)",
    ]);
  });

  it("that is complete before the request closes the connection", async () => {
    respond = (socket) => void socket.write("HTTP/1.1 413 Too Large\r\ncontent-length: 0\r\n\r\n");
    const recorder = new Recorder();
    upstream.open(POST, false, recorder);
    await recorder.ended;
    await once(sockets[0] as Socket, "close");
    expect(recorder.events).toEqual(["headers :status=413&content-length=0 (end)"]);
  });
});

describe("a failure", () => {
  it.each([
    ["a connection closed before the response", "", ["reset remote-reset: socket hang up (end)"]],
    [
      "a connection closed in the middle of the body",
      "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf",
      ["headers :status=200&content-length=9", "data half", "reset remote-reset: aborted (end)"],
    ],
  ])("is a remote reset for %s", async (_title, raw, events) => {
    expect(await answer(raw)).toEqual(events);
  });

  it("is a remote reset for a connection that is reset", async () => {
    respond = (socket) => void socket.resetAndDestroy();
    expect((await exchange(GET))[0]).toMatch(/^reset remote-reset: /);
  });

  it.each([
    ["garbage", "garbage\r\n\r\n"],
    ["a second, different length", "HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nx"],
    ["a head over 80 KiB", `HTTP/1.1 200 OK\r\nx: ${"y".repeat(81 * 1024)}\r\n\r\n`],
  ])("is a protocol error for %s", async (_title, raw) => {
    expect((await answer(raw)).at(-1)).toMatch(/^reset protocol-error: /);
  });

  it("is a protocol error for a chunk without a length", async () => {
    const events = await answer("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n");
    expect(events.at(-1)).toMatch(/^reset protocol-error: /);
  });

  it("is a connect failure where nobody listens", async () => {
    const closed = createServer().listen(0, "127.0.0.1");
    await once(closed, "listening");
    const port = portOf(closed);
    closed.close();
    await once(closed, "close");
    const recorder = new Recorder();
    createHttpUpstream({ address: "127.0.0.1", port }, 1000, new RealClock()).open(GET, true, recorder);
    await recorder.ended;
    expect(recorder.events).toEqual([
      "reset connect-failure: delayed connect error: Connection refused (end)",
    ]);
  });

  it("is a connect timeout when the connection is not made in time", async () => {
    const clock = new ImpatientClock();
    const recorder = new Recorder();
    createHttpUpstream({ address: "127.0.0.1", port: portOf(server) }, 250, clock).open(GET, true, recorder);
    await recorder.ended;
    expect(recorder.events).toEqual(["reset connect-timeout: no connection within 250 ms (end)"]);
    expect(clock.delays).toEqual([250]);
  });
});

describe("an upstream", () => {
  it("delivers nothing after a reset by the caller, and closes the connection", async () => {
    const recorder = new Recorder();
    const arrived = new Promise<void>((resolve) => (respond = () => resolve()));
    const stream = upstream.open(GET, true, recorder);
    await arrived;
    stream.reset();
    await once(sockets[0] as Socket, "close");
    expect(recorder.events).toEqual([]);
  });

  it("resets what is under way when it closes", async () => {
    const recorder = new Recorder();
    const arrived = new Promise<void>((resolve) => (respond = () => resolve()));
    upstream.open(GET, true, recorder);
    await arrived;
    await upstream.close();
    expect(recorder.events).toEqual(["reset local-reset: the upstream was closed (end)"]);
  });
});
