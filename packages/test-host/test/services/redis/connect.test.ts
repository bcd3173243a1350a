import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { startRedis } from "../../../src/services/redis/server.ts";
import { VirtualClock } from "../../../src/services/virtual-clock.ts";
import { ask, open } from "./raw-client.ts";

describe("the Redis client", () => {
  it("greets with AUTH and SELECT, then pipelines in order", async () => {
    const server = await startRedis({ users: { ann: "secret" }, password: "other" });
    const client = open(server.port, { username: "ann", password: "secret", database: 2 });
    expect(server.commands).toEqual([]);
    const replies = await Promise.all(["1", "2", "3"].map((text) => ask(client, "ECHO", text)));
    expect(replies).toEqual(["$1\r\n1\r\n", "$1\r\n2\r\n", "$1\r\n3\r\n"]);
    expect(server.commands.slice(0, 2)).toEqual([
      ["AUTH", "ann", "secret"],
      ["SELECT", "2"],
    ]);
    await client.close();
    await server.close();
  });

  it("hands on NOAUTH after a wrong password", async () => {
    const server = await startRedis({ password: "right" });
    const client = open(server.port, { password: "wrong" });
    expect(await ask(client, "GET", "k")).toBe("-NOAUTH Authentication required.\r\n");
    await client.close();
    await server.close();
  });

  it("fails while the server is down and reconnects once it is back", async () => {
    const server = await startRedis();
    const client = open(server.port);
    await ask(client, "SET", "k", "v");
    await server.close();
    expect(await ask(client, "GET", "k")).toBe("network-error");
    await server.restart();
    expect(await ask(client, "GET", "k")).toBe("$1\r\nv\r\n");
    await client.close();
    await server.close();
  });

  it.each([
    ["that hangs, when the operation times out", ""],
    ["that does not speak RESP2", "garbage\r\n"],
  ])("fails everything pending on a server %s", async (_title, answer) => {
    const hung = createServer((socket) => void socket.on("error", () => undefined).write(answer)).listen(
      0,
      "127.0.0.1",
    );
    await once(hung, "listening");
    const clock = new VirtualClock();
    const client = open((hung.address() as AddressInfo).port, { timeoutMs: 100 }, clock);
    const outcomes: string[] = [];
    for (const key of ["a", "b"]) void ask(client, "GET", key).then((outcome) => outcomes.push(outcome));
    await clock.advance(99);
    expect(outcomes).toEqual(answer === "" ? [] : ["network-error", "network-error"]);
    await clock.advance(1);
    expect(outcomes).toEqual(["network-error", "network-error"]);
    await client.close();
    hung.close();
  });

  it("sees keys expire and scripts run by a virtual clock", async () => {
    const clock = new VirtualClock();
    const server = await startRedis({ clock });
    const client = open(server.port, { timeoutMs: 1000 }, clock);
    const reply = ask(client, "EVAL", "return redis.call('SET', KEYS[1], 'v', 'EX', '60')", "1", "k");
    await clock.advance(59_999);
    expect(await reply).toBe("+OK\r\n");
    expect(await ask(client, "PTTL", "k")).toBe(":1\r\n");
    await clock.advance(1);
    expect(await ask(client, "GET", "k")).toBe("$-1\r\n");
    await client.close();
    await server.close();
  });
});
