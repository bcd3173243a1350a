import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { compile } from "../src/compile.ts";
import { type HttpService, startHttpService } from "../src/http-service.ts";
import { servePlugins } from "../src/live-gateway.ts";
import { startRedisPeer } from "../src/redis-peer.ts";
import { redisKinds } from "../src/redis.ts";

const CLUSTER = { serviceName: "redis.static", servicePort: 80 };
const SECRET = { password: "secret" };
const NOAUTH = "NOAUTH Authentication required.";

let plugin: Uint8Array;
let service: HttpService;
beforeAll(async () => {
  plugin = await readFile(await compile("redis-command"));
  service = await startHttpService((_request, response) => void response.end());
  return () => service.close();
});

/** A gateway with a plugin for each, and how to ask one of them. */
async function serve(
  server: { address: string; port: number },
  plugins: readonly { name: string; username?: string; password?: string }[],
) {
  const gateway = await servePlugins(
    plugins.map((config) => ({ plugin, config: { ...CLUSTER, ...config } })),
    { upstream: service, clusters: { "outbound|80||redis.static": server } },
  );
  onTestFinished(() => gateway.close());
  return async (name: string, command: string): Promise<string> => {
    const reply = await fetch(gateway.url, { headers: { "x-ask": name, "x-command": command } });
    return `${reply.status} ${await reply.text()}`;
  };
}

describe.for(redisKinds("that plugins find back to a Redis that no longer knows them"))(
  "a plugin whose password is no longer known to %s",
  ([, start]) => {
    const started = async (credentials?: Parameters<typeof start>[0]) => {
      const redis = await start(credentials);
      onTestFinished(() => redis.kill());
      return redis;
    };

    test("gives it again, at the first command, where a plugin without one was configured after it", async () => {
      const ask = await serve(await started(SECRET), [{ name: "knows", ...SECRET }, { name: "does not" }]);
      expect(await ask("knows", "set k 1")).toBe("200 OK");
      // There is one connection for both.
      expect(await ask("does not", "get k")).toBe("200 1");
    });
    test("is told so where nobody knows it", async () => {
      const wrong = { name: "wrong", password: "wrong" };
      const ask = await serve(await started(SECRET), [wrong, { name: "does not" }]);
      for (const { name } of [wrong, { name: "does not" }])
        expect(await ask(name, "get k")).toBe(`401 ${NOAUTH}`);
    });

    test("needs nothing when Redis came back, be it with a password that it had not", async () => {
      const redis = await started();
      const ask = await serve(redis, [{ name: "plugin", ...SECRET }]);
      expect(await ask("plugin", "ping")).toBe("200 PONG");
      await redis.kill();
      expect(await ask("plugin", "ping")).toBe("503 connect failure");
      await redis.revive(SECRET);
      expect(await ask("plugin", "ping")).toBe("200 PONG");
      await redis.kill();
      await redis.revive({ password: "another" });
      await expect.poll(() => ask("plugin", "ping")).toBe(`401 ${NOAUTH}`);
    });
  },
);

describe("a Redis that forgets who speaks to it", () => {
  /** Refuses so many commands; `AUTH` and the like are fine. */
  const forgetful = async (times: number, refusal: string) => {
    let left = times;
    const peer = await startRedisPeer((socket, chunk) => {
      const answer = () => (/auth/i.test(chunk) || left-- <= 0 ? "+OK\r\n" : `-${refusal}\r\n`);
      socket.write(Array.from(chunk.match(/^\*/gm) ?? [], answer).join(""));
    });
    onTestFinished(() => peer.close());
    return peer;
  };
  test.for([
    ["NOAUTH", NOAUTH],
    ["an unauthenticated length", "ERR Protocol error: unauthenticated multibulk length"],
  ])("is asked once more after %s, and the callback sees the second answer", async ([, refusal]) => {
    const peer = await forgetful(1, refusal!);
    const ask = await serve(peer, [{ name: "plugin" }]);
    expect(await ask("plugin", "incr k")).toBe("200 OK");
    expect(peer.received.match(/incr/g)).toHaveLength(2);
  });
  test("is asked twice and not again, and the callback sees the refusal", async () => {
    const peer = await forgetful(2, NOAUTH);
    const ask = await serve(peer, [{ name: "plugin" }]);
    expect(await ask("plugin", "incr k")).toBe(`401 ${NOAUTH}`);
    expect(peer.received.match(/incr/g)).toHaveLength(2);
    expect(await ask("plugin", "incr k")).toBe("200 OK");
  });
});
