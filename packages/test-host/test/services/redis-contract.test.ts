import { appendFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRealRedis } from "../../src/services/redis/real-server.ts";
import { startRedis } from "../../src/services/redis/server.ts";
import type { RedisConnection } from "../../src/services/redis/client.ts";
import { CONTRACT } from "./redis/contract.ts";
import { ask, open } from "./redis/raw-client.ts";

const real = await startRealRedis();
const embedded = await startRedis();
const servers = [{ name: "the embedded Redis", server: embedded }];
if (real !== null) servers.push({ name: "a real Redis", server: real as never });
else if (process.env["GATEWAY_REQUIRE_REAL"] === "1")
  throw new Error("redis-server is not on PATH. Install it: apt-get install redis-server");
else console.warn("Not tried on a real Redis: redis-server is not on PATH (apt-get install redis-server).");

const partsLog = process.env["GATEWAY_PARTS_LOG"];
if (partsLog) {
  const file = "packages/test-host/test/services/redis-contract.test.ts";
  appendFileSync(
    partsLog,
    servers.map(({ server }) => `${server === embedded ? "embedded" : "real"}: redis ${file}\n`).join(""),
  );
}

afterAll(() => Promise.all(servers.map(({ server }) => server.close())));

describe.each(servers)("$name", ({ server }) => {
  let connection: RedisConnection;

  beforeAll(() => {
    connection = open(server.port);
  });

  afterAll(() => connection.close());

  it("answers every command of the contract with its exact bytes", async () => {
    await ask(connection, "FLUSHALL");
    const replies: typeof CONTRACT = [];
    for (const [args] of CONTRACT) replies.push([args, await ask(connection, ...args)]);
    expect(replies).toEqual(CONTRACT);
  });

  it("forgets a key when its time has come", async () => {
    await ask(connection, "SET", "short", "1", "PX", "20");
    await expect.poll(() => ask(connection, "GET", "short"), { interval: 5, timeout: 3000 }).toBe("$-1\r\n");
    expect(await ask(connection, "PTTL", "short")).toBe(":-2\r\n");
  });

  it("keeps its databases apart", async () => {
    const other = open(server.port, { database: 3 });
    await ask(connection, "SET", "where", "0");
    expect(await ask(other, "GET", "where")).toBe("$-1\r\n");
    await other.close();
  });
});
