import { once } from "node:events";
import { connect } from "node:net";
import { type RedisServer, VirtualClock, startGateway, startRedis } from "@gateway-plugins/test-host";
import { describePlugin, expect, onTestFinished, test } from "@gateway-plugins/test-host/vitest";

// Virtual time begins at the start of a minute.
const START = Date.UTC(2026, 0, 1) / 1000;

describePlugin("redis-ratelimit", { directory: new URL("../dist", import.meta.url) }, (build) => {
  async function withRedis(options: Parameters<typeof startRedis>[0] = {}) {
    const clock = new VirtualClock();
    const redis = await startRedis({ clock, ...options });
    onTestFinished(() => redis.close());
    return { redis, start: { ...build, clock, clusters: { "outbound|6379||redis.dns": redis } } };
  }
  /** The answer to a command without spaces in its words. */
  async function askRedis({ port, address }: RedisServer, ...words: string[]): Promise<string> {
    const socket = connect(port, address).end(`${words.join(" ")}\r\n`);
    const [answer] = (await once(socket, "data")) as [Buffer];
    return answer.toString();
  }
  const config = { serviceName: "redis.dns", qpm: 2 };
  const quota = (response: { status: number; headers: { getAll(name: string): string[] } }) => [
    response.status,
    response.headers.getAll("timeStamp"),
    response.headers.getAll("callTimeLeft"),
  ];

  test("counts down, then answers 429 until the next minute begins", async () => {
    const { start } = await withRedis();
    const gateway = await startGateway({ ...start, config });
    expect(quota(await gateway.fetch("/"))).toEqual([200, [`${START}`], ["1"]]);
    expect(quota(await gateway.fetch("/"))).toEqual([200, [`${START}`], ["0"]]);
    for (let i = 0; i < 2; i++) {
      const limited = await gateway.fetch("/");
      expect(quota(limited)).toEqual([429, [`${START}`], ["0"]]);
      expect(limited.text()).toBe("Too many requests\n");
    }
    await gateway.advance(59_999);
    expect((await gateway.fetch("/")).status).toBe(429);
    await gateway.advance(1);
    expect(quota(await gateway.fetch("/"))).toEqual([200, [`${START + 60}`], ["1"]]);
  });

  test("counts in one atomic command, on a key of its own that ends with its window", async () => {
    const { redis, start } = await withRedis();
    const gateway = await startGateway({ ...start, config, routeName: "orders" });
    await gateway.advance(15_000);
    await gateway.fetch("/");
    const key = "redis-ratelimit:orders";
    expect(gateway).toHaveSentRedisCommand("eval", expect.any(String), "1", key);
    expect(redis.commands).toHaveLength(1);
    expect(await askRedis(redis, "ttl", key)).toBe(":45\r\n");
  });

  test("gives a counter that has lost its expiry one again", async () => {
    const { redis, start } = await withRedis();
    const gateway = await startGateway({ ...start, config, routeName: "orders" });
    await askRedis(redis, "set", "redis-ratelimit:orders", "2");
    expect((await gateway.fetch("/")).status).toBe(429);
    await gateway.advance(60_000);
    expect((await gateway.fetch("/")).status).toBe(200);
  });

  test("counts each route for itself", async () => {
    const { start } = await withRedis();
    const orders = await startGateway({ ...start, config: { ...config, qpm: 1 }, routeName: "orders" });
    const users = await startGateway({ ...start, config: { ...config, qpm: 1 }, routeName: "users" });
    expect([
      (await orders.fetch("/")).status,
      (await users.fetch("/")).status,
      (await orders.fetch("/")).status,
    ]).toEqual([200, 200, 429]);
  });

  test("shares its counter with every other gateway on the same Redis", async () => {
    const { start } = await withRedis();
    const gateways = [await startGateway({ ...start, config }), await startGateway({ ...start, config })];
    const statuses = await Promise.all(
      [0, 1, 0, 1].map((i) => gateways[i]!.fetch("/").then(({ status }) => status)),
    );
    expect(statuses.toSorted()).toEqual([200, 200, 429, 429]);
  });

  test("tells the time by Redis's clock, whatever its gateway's", async () => {
    const { redis, start } = await withRedis();
    const clock = new VirtualClock((START + 3600) * 1000);
    const fast = await startGateway({ ...start, clock, config });
    const right = await startGateway({ ...start, config });
    expect(quota(await fast.fetch("/"))).toEqual([200, [`${START}`], ["1"]]);
    expect(quota(await right.fetch("/"))).toEqual([200, [`${START}`], ["0"]]);
    expect(redis.commands).toHaveLength(2);
  });

  test("replaces headers of the same names that the service sends", async () => {
    const { start } = await withRedis();
    const gateway = await startGateway({
      ...start,
      config,
      upstream: () => ({ headers: { calltimeleft: "9", timestamp: "9" } }),
    });
    expect(quota(await gateway.fetch("/"))).toEqual([200, [`${START}`], ["1"]]);
  });

  test.for([
    [
      "user and password",
      { username: "limiter", password: "s3cret" },
      { password: "other", users: { limiter: "s3cret" } },
    ],
    ["a password", { password: "s3cret" }, { password: "s3cret" }],
    ["a password of digits", { password: 123456 }, { password: "123456" }],
    ["another database", { database: 3 }, {}],
  ] as const)("connects with %s", async ([, more, server]) => {
    const { start } = await withRedis(server);
    const gateway = await startGateway({ ...start, config: { ...config, ...more } });
    expect(quota(await gateway.fetch("/"))).toEqual([200, [`${START}`], ["1"]]);
  });

  test("passes requests and logs when the password is wrong", async () => {
    const { start } = await withRedis({ password: "right" });
    const gateway = await startGateway({ ...start, config: { ...config, password: "wrong" } });
    expect(quota(await gateway.fetch("/"))).toEqual([200, [], []]);
    expect(gateway.logs.map(({ message }) => message)).toEqual([
      "redis-ratelimit: redis failed, the request passes: NOAUTH Authentication required.",
    ]);
  });

  test("passes requests and logs while Redis is away, and limits again when it is back", async () => {
    const { redis, start } = await withRedis();
    const gateway = await startGateway({ ...start, config });
    await gateway.fetch("/");
    await redis.close();
    expect(quota(await gateway.fetch("/"))).toEqual([200, [], []]);
    expect(gateway.logs.map(({ message }) => message)).toEqual([
      "redis-ratelimit: redis failed, the request passes: connect failure",
    ]);
    await redis.restart();
    expect(quota(await gateway.fetch("/"))).toEqual([200, [`${START}`], ["0"]]);
    expect((await gateway.fetch("/")).status).toBe(429);
  });

  test("passes requests and logs when the gateway does not know the service", async () => {
    const gateway = await startGateway({ ...build, config });
    expect(quota(await gateway.fetch("/"))).toEqual([200, [], []]);
    expect(gateway.logs.at(-1)?.message).toBe(
      "redis-ratelimit: redis failed, the request passes: unknown cluster",
    );
  });

  test("uses port 80 for a .static service", async () => {
    const { redis, start } = await withRedis();
    const gateway = await startGateway({
      ...start,
      config: { serviceName: "redis.static", qpm: 1 },
      clusters: { "outbound|80||redis.static": redis },
    });
    expect([(await gateway.fetch("/")).status, (await gateway.fetch("/")).status]).toEqual([200, 429]);
  });

  test.for([
    [{ serviceName: "redis.dns" }, "$.qpm: missing qpm in config"],
    [{ ...config, qpm: 0 }, "$.qpm: must be a whole number from 1 to 2147483647"],
    [{ ...config, qpm: "many" }, "$.qpm: must be a whole number from 1 to 2147483647"],
    [{ ...config, qpm: 1e12 }, "$.qpm: must be a whole number from 1 to 2147483647"],
    [{ ...config, timeout: -5 }, "$.timeout: must be a whole number from 0 to 2147483647"],
    [{ ...config, serviceName: ["redis.dns"] }, "$.serviceName: must be a string"],
  ] as const)("refuses %j", async ([bad, problem]) => {
    await expect(startGateway({ ...build, config: bad })).rejects.toThrow(
      `redis-ratelimit: configuration refused: ${problem}`,
    );
  });

  test("does not load on a gateway without Redis calls, which is said by name", async () => {
    await expect(startGateway({ ...build, profile: "envoy", config })).rejects.toThrow(
      /missing import: env\.proxy_redis_(init|call)/,
    );
  });

  test("keeps nothing of a request that is over", async () => {
    const { start } = await withRedis();
    const gateway = await startGateway({ ...start, config });
    for (let i = 0; i < 20; i++) await gateway.fetch("/");
    expect(gateway.liveContexts).toBe(1);
  });
});
