import { VirtualClock, type Clock } from "@gateway-plugins/test-host";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { startHttpService, type HttpService } from "../src/http-service.ts";
import { servePlugins } from "../src/live-gateway.ts";
import { REDIS_CLUSTER, redisGuest, type RedisGuest } from "../src/redis-guest.ts";
import { startRedisPeer } from "../src/redis-peer.ts";
import { redisKinds } from "../src/redis.ts";

const MEGABYTES_5 = 5_000_000;

let service: HttpService;
beforeEach(async () => {
  service = await startHttpService((_request, response) => void response.end());
});
afterEach(() => service.close());

type Server = { address: string; port: number };

async function serve(server: Server, guests: RedisGuest[], clock?: Clock) {
  const gateway = await servePlugins(
    guests.map((options) => ({ plugin: redisGuest(options) })),
    { upstream: service, clusters: { [REDIS_CLUSTER]: server }, ...(clock && { clock }) },
  );
  onTestFinished(() => gateway.close());
  return gateway;
}

/** What the guests have logged of answers: number of the query, status, reply. */
function answersOf(logs: readonly string[]): [query: string, status: string, reply: string][] {
  const at = logs.flatMap((line, i) => (line.startsWith("query ") ? [i] : []));
  return at.map((i) => [
    logs[i]!.slice("query ".length),
    logs[i + 1]!.slice("status ".length),
    Buffer.from(logs[i + 3]!, "hex").toString("latin1"),
  ]);
}

async function ask(server: Server, options: RedisGuest): Promise<ReturnType<typeof answersOf>> {
  const { url, logs } = await serve(server, [options]);
  expect((await fetch(url)).status).toBe(200);
  return answersOf(logs);
}

describe.for(redisKinds("Redis calls through the live gateway"))("with %s", ([, start]) => {
  const started = async (credentials?: Parameters<typeof start>[0]) => {
    const redis = await start(credentials);
    onTestFinished(() => redis.kill());
    return redis;
  };

  test("answers come in order, errors among them with status 0", async () => {
    const queries = [
      ["SET", "k", "v"],
      ["GET", "k"],
      ["NOPE"],
      ["GET", "none"],
      ["LPUSH", "k", "x"],
      ["KEYS", "*"],
    ];
    const answers = await ask(await started(), { queries });
    expect(answers).toEqual([
      ["0", "0", "+OK\r\n"],
      ["1", "0", "$1\r\nv\r\n"],
      ["2", "0", expect.stringMatching(/^-ERR unknown command/)],
      ["3", "0", "$-1\r\n"],
      ["4", "0", "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n"],
      ["5", "0", "*1\r\n$1\r\nk\r\n"],
    ]);
  });

  test.for([
    ["a password alone", { password: "secret" }, "+PONG\r\n"],
    ["a user and its password", { user: "ann", password: "hers" }, "+PONG\r\n"],
    ["no password", {}, "-NOAUTH Authentication required.\r\n"],
    ["a wrong password", { password: "wrong" }, "-NOAUTH Authentication required.\r\n"],
    ["a user that there is not", { user: "bob", password: "hers" }, "-NOAUTH Authentication required.\r\n"],
  ] as const)("%s gets its answer with status 0", async ([, credentials, reply]) => {
    const redis = await started({ password: "secret", users: { ann: "hers" } });
    expect(await ask(redis, { ...credentials, queries: [["PING"]] })).toEqual([["0", "0", reply]]);
  });

  test("?db= selects the database, and what is no number the first one", async () => {
    const redis = await started();
    await ask(redis, { init: `${REDIS_CLUSTER}?db=3`, queries: [["SET", "where", "three"]] });
    const look = { queries: [["GET", "where"]] };
    const found = [];
    for (const db of ["?db=3", "?db=x", "", "?db=3&buffer_flush_timeout=0"])
      found.push((await ask(redis, { init: REDIS_CLUSTER + db, ...look }))[0]?.[2]);
    expect(found).toEqual(["$5\r\nthree\r\n", "$-1\r\n", "$-1\r\n", "$5\r\nthree\r\n"]);
  });

  test("a reply of several megabytes comes whole", async () => {
    const redis = await started();
    const script = `return string.rep("x", ${MEGABYTES_5})`;
    const { url, logs } = await serve(redis, [{ queries: [["EVAL", script, "0"]] }]);
    expect((await fetch(url)).status).toBe(200);
    expect(logs).toContain(String(MEGABYTES_5 + "$5000000\r\n\r\n".length));
  });

  test("a killed server fails what is pending, and the next call connects anew", async () => {
    const redis = await started();
    const { url, logs } = await serve(redis, [{ queries: [["PING"], ["PING"]] }]);
    await fetch(url);
    await redis.kill();
    await fetch(url);
    await redis.revive();
    await fetch(url);
    expect(answersOf(logs).map(([, status, reply]) => [status, reply])).toEqual([
      ["0", "+PONG\r\n"],
      ["0", "+PONG\r\n"],
      ["1", ""],
      ["1", ""],
      ["0", "+PONG\r\n"],
      ["0", "+PONG\r\n"],
    ]);
  });

  test("two plugins share the connection of a cluster, with the settings given last", async () => {
    const redis = await started();
    const { url, logs } = await serve(redis, [
      {
        init: `${REDIS_CLUSTER}?db=1`,
        queries: [
          ["CLIENT", "ID"],
          ["SET", "mine", "1"],
        ],
      },
      {
        init: `${REDIS_CLUSTER}?db=2`,
        queries: [
          ["CLIENT", "ID"],
          ["GET", "mine"],
        ],
      },
    ]);
    await fetch(url);
    const [first, , second, read] = answersOf(logs);
    expect([second?.[2], read?.[2]]).toEqual([first?.[2], "$1\r\n1\r\n"]);
  });
});

describe("with a server that does as it is told", () => {
  const started = async (answer: Parameters<typeof startRedisPeer>[0]) => {
    const peer = await startRedisPeer(answer);
    onTestFinished(() => peer.close());
    return peer;
  };

  test("a reply in single bytes is put together", async () => {
    const peer = await started((socket) => {
      const bytes = [...Buffer.from("$5\r\nhello\r\n")];
      const next = (): void => {
        const byte = bytes.shift();
        if (byte !== undefined) socket.write(Buffer.of(byte), () => setImmediate(next));
      };
      next();
    });
    expect(await ask(peer, { queries: [["GET", "k"]] })).toEqual([["0", "0", "$5\r\nhello\r\n"]]);
  });

  test("-LOADING is an answer like another", async () => {
    const loading = "-LOADING Redis is loading the dataset in memory\r\n";
    const peer = await started((socket) => void socket.write(loading));
    expect(await ask(peer, { queries: [["GET", "k"]] })).toEqual([["0", "0", loading]]);
  });

  test("an answer that hangs ends the connection at the timeout, and everything queued on it", async () => {
    const peer = await started(() => undefined);
    const clock = new VirtualClock();
    const options = {
      timeoutMs: 60_000,
      queries: [
        ["GET", "a"],
        ["GET", "b"],
      ],
    };
    const { url, logs } = await serve(peer, [options], clock);
    const answered = fetch(url);
    await expect.poll(() => peer.received).toContain("b");
    await clock.advance(59_999);
    expect(answersOf(logs)).toEqual([]);
    await clock.advance(1);
    expect((await answered).status).toBe(200);
    expect(answersOf(logs)).toEqual([
      ["0", "1", ""],
      ["1", "1", ""],
    ]);
    expect(peer.connections).toBe(1);
  });

  test("an init with the same settings changes nothing, one with others fails what is pending", async () => {
    const peer = await started((socket, chunk) => {
      if (chunk.includes("same")) setImmediate(() => socket.write("+OK\r\n"));
    });
    const same = { timeoutMs: 30_000, queries: [["GET", "same"]], again: 30_000 };
    expect(await ask(peer, same)).toEqual([["0", "0", "+OK\r\n"]]);
    expect(await ask(peer, { ...same, queries: [["GET", "other"]], again: 30_001 })).toEqual([
      ["0", "1", ""],
    ]);
  });

  test("commands leave together, unless the buffer is switched off", async () => {
    const peer = await started(
      (socket, chunk) => void socket.write("+OK\r\n".repeat(chunk.split("GET").length - 1)),
    );
    const queries = [
      ["GET", "a"],
      ["GET", "b"],
      ["GET", "c"],
    ];
    await ask(peer, { queries });
    expect(peer.reads.length).toBe(1);
    peer.reads.length = 0;
    await ask(peer, { init: `${REDIS_CLUSTER}?max_buffer_size_before_flush=0`, queries });
    expect(peer.reads.join("").match(/GET/g)).toHaveLength(3);
  });

  test("a call of a plugin that nobody has initialised is refused", async () => {
    const peer = await started(() => undefined);
    const { url, logs } = await serve(peer, [{ init: null, queries: [["PING"]] }]);
    expect((await fetch(url)).status).toBe(200);
    expect([logs, peer.connections]).toEqual([["refused"], 0]);
  });
});
