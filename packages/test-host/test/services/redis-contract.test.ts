import { appendFileSync } from "node:fs";
import { findInPath } from "@gateway-plugins/test-parts/executables";
import { freePort } from "@gateway-plugins/test-parts/free-port";
import { runRedis } from "@gateway-plugins/test-parts/redis-server";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startRedis } from "../../src/services/redis/server.ts";
import type { RedisConnection } from "../../src/services/redis/client.ts";
import { CONTRACT } from "./redis/contract.ts";
import { ask, open } from "./redis/raw-client.ts";

const embedded = await startRedis();
const servers = [{ name: "the embedded Redis", port: embedded.port, end: () => embedded.close() }];
const executable = findInPath("redis-server");
if (executable !== null) {
  const port = await freePort();
  const real = await runRedis(executable, port);
  servers.push({ name: "a real Redis", port, end: () => real.kill() });
} else if (process.env["GATEWAY_REQUIRE_REAL"] === "1")
  throw new Error("redis-server is not on PATH. Install it: apt-get install redis-server");
else console.warn("Not tried on a real Redis: redis-server is not on PATH (apt-get install redis-server).");

const partsLog = process.env["GATEWAY_PARTS_LOG"];
if (partsLog) {
  const file = "packages/test-host/test/services/redis-contract.test.ts";
  appendFileSync(
    partsLog,
    servers.map(({ port }) => `${port === embedded.port ? "embedded" : "real"}: redis ${file}\n`).join(""),
  );
}

afterAll(() => Promise.all(servers.map(({ end }) => end())));

describe.each(servers)("$name", ({ port }) => {
  let connection: RedisConnection;

  beforeAll(() => {
    connection = open(port);
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
    const other = open(port, { database: 3 });
    await ask(connection, "SET", "where", "0");
    expect(await ask(other, "GET", "where")).toBe("$-1\r\n");
    await other.close();
  });
});
