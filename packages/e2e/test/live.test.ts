import { readFileSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { GUIDE } from "@gateway-plugins/test-parts/guide";
import { afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { start } from "../src/command.ts";
import { startHttpService, type HttpService } from "../src/http-service.ts";
import { servePlugins, type LiveOptions, type LivePlugin } from "../src/live-gateway.ts";
import { publishedModule } from "../src/plugins.ts";
import { startMortalRedis, type MortalRedis } from "../src/redis.ts";

// A busy machine is not what a timeout is for.
const PATIENT_MS = 10_000;

let service: HttpService;
beforeEach(async () => {
  service = await startHttpService((request, response) => {
    response.setHeader("x-from", "service");
    response.end(`${request.method} ${request.url}`);
  });
});
afterEach(() => service.close());

async function serve(plugins: LivePlugin[], options: Omit<LiveOptions, "upstream"> = {}) {
  const gateway = await servePlugins(plugins, { upstream: service, ...options });
  onTestFinished(() => gateway.close());
  return gateway;
}

describe("hello-world in the live gateway", () => {
  test("adds its header to what the service receives, and leaves the answer alone", async () => {
    const { url } = await serve([{ plugin: "hello-world" }]);
    const response = await fetch(`${url}/orders?page=1`, { method: "POST", body: "an order" });
    expect([response.status, response.headers.get("x-from"), await response.text()]).toEqual([
      200,
      "service",
      "POST /orders?page=1",
    ]);
    expect(service.requests[0]?.headers["hello"]).toBe("world");
  });
});

describe("mock-response in the live gateway", () => {
  test("answers in the service's place", async () => {
    const { url } = await serve([{ plugin: "mock-response", config: { mockEnable: true } }]);
    const response = await fetch(url);
    expect([response.status, response.headers.get("content-length"), await response.text()]).toEqual([
      200,
      "11",
      "hello world",
    ]);
    expect(service.requests).toEqual([]);
  });

  test("passes requests on with its header when it is not enabled", async () => {
    const { url } = await serve([{ plugin: "mock-response", config: { mockEnable: false } }]);
    expect(await (await fetch(`${url}/orders`)).text()).toBe("GET /orders");
    expect(service.requests[0]?.headers["hello"]).toBe("world");
  });
});

describe("http-call in the live gateway", () => {
  let auth: HttpService;
  beforeEach(async () => {
    auth = await startHttpService((_request, response) =>
      response.setHeader("x-token", "from-auth").end("known"),
    );
  });
  afterEach(() => auth.close());

  const serveWithAuth = (more: object = {}) => {
    const config = {
      tokenHeader: "x-token",
      requestPath: "/auth",
      serviceName: "auth.dns",
      servicePort: 8080,
      timeout: PATIENT_MS,
      ...more,
    };
    return serve([{ plugin: "http-call", config }], { clusters: { "outbound|8080||auth.dns": auth } });
  };
  const outcome = async (url: string) => {
    const response = await fetch(`${url}/orders`, { headers: { "x-token": "forged" } });
    return [response.status, await response.text()];
  };

  test("puts the service's token on the request when it answers 200", async () => {
    const { url } = await serveWithAuth();
    expect(await outcome(url)).toEqual([200, "GET /orders"]);
    expect(service.requests[0]?.headers["x-token"]).toBe("from-auth");
    expect([auth.requests[0]?.method, auth.requests[0]?.url, auth.requests[0]?.headers.host]).toEqual([
      "GET",
      "/auth",
      "auth.dns",
    ]);
  });

  test("answers 500 when the service answers 401, and goes on when it answers 200 again", async () => {
    const { url, logs } = await serveWithAuth();
    const { answer } = auth;
    auth.answer = (_request, response) => response.writeHead(401).end("who are you?");
    expect(await outcome(url)).toEqual([500, "http call failed"]);
    expect(service.requests).toEqual([]);
    expect(logs).toEqual(["http-call: http call failed: status 401"]);
    auth.answer = answer;
    expect(await outcome(url)).toEqual([200, "GET /orders"]);
  });

  test("answers 500 when the service takes longer than the timeout", async () => {
    const { url, logs } = await serveWithAuth({ timeout: 100 });
    auth.answer = () => undefined;
    expect(await outcome(url)).toEqual([500, "http call failed"]);
    expect(auth.requests.length).toBe(1);
    expect(service.requests).toEqual([]);
    expect(logs).toEqual(["http-call: http call failed: timeout expired"]);
  });

  test("answers 500 when the service breaks off, or is down", async () => {
    const { url, logs } = await serveWithAuth();
    auth.answer = (request) => request.socket.destroy();
    expect(await outcome(url)).toEqual([500, "http call failed"]);
    await auth.close();
    expect(await outcome(url)).toEqual([500, "http call failed"]);
    expect(service.requests).toEqual([]);
    expect(logs).toEqual(Array(2).fill("http-call: http call failed: connect failure"));
  });
});

describe("with a Redis", () => {
  let redis: MortalRedis;
  beforeAll(async () => {
    redis = await startMortalRedis("the limiter in the live gateway");
    return () => redis.kill();
  });

  // Counters are by route: no test sees another one's.
  let routes = 0;
  const serveLimited = async (config: object = {}) => {
    const routeName = `route-${routes++}`;
    const gateway = await serve(
      [
        {
          plugin: "redis-ratelimit",
          config: { serviceName: "redis.dns", qpm: 2, timeout: PATIENT_MS, ...config },
        },
      ],
      { clusters: { "outbound|6379||redis.dns": redis }, routeName },
    );
    return { ...gateway, key: `redis-ratelimit:${routeName}` };
  };
  const outcome = async (url: string) => {
    const response = await fetch(`${url}/orders`);
    return [
      response.status,
      response.headers.get("timestamp"),
      response.headers.get("calltimeleft"),
      await response.text(),
    ];
  };
  const minute = () => Math.floor(Date.now() / 60_000) * 60;
  /** Redis's minutes are real ones: what a change of them falls into is tried again. */
  const withinOneMinute = async (tried: (began: string) => Promise<void>) => {
    const began = minute();
    try {
      await tried(`${began}`);
    } catch (error) {
      if (minute() === began) throw error;
      await tried(`${minute()}`);
    }
  };

  test("redis-ratelimit answers 429 from the limit on, until its counter ends with the minute", () =>
    withinOneMinute(async (began) => {
      const { url, key } = await serveLimited();
      const served = service.requests.length;
      for (let counters = 0; counters < 2; counters++) {
        expect(await outcome(url)).toEqual([200, began, "1", "GET /orders"]);
        expect(await outcome(url)).toEqual([200, began, "0", "GET /orders"]);
        expect(await outcome(url)).toEqual([429, began, "0", "Too many requests\n"]);
        const leftMs = Number((await redis.ask("pttl", key)).slice(1));
        expect(Math.abs((Number(began) + 60) * 1000 - Date.now() - leftMs)).toBeLessThan(1000);
        expect(await redis.ask("del", key)).toBe(":1");
      }
      expect(service.requests.length - served).toBe(4);
    }));

  test("redis-ratelimit passes exactly its limit of requests that come at once", () =>
    withinOneMinute(async () => {
      const { url } = await serveLimited({ qpm: 10 });
      const responses = await Promise.all(Array.from({ length: 30 }, () => fetch(url)));
      expect(responses.filter(({ status }) => status === 200).length).toBe(10);
      expect(responses.filter(({ status }) => status === 429).length).toBe(20);
    }));

  test("redis-ratelimit passes requests while Redis is killed, and limits again when it is back", () =>
    withinOneMinute(async (began) => {
      const { url, logs } = await serveLimited();
      expect((await outcome(url)).slice(0, 3)).toEqual([200, began, "1"]);
      await redis.kill();
      for (let i = 0; i < 3; i++) expect(await outcome(url)).toEqual([200, null, null, "GET /orders"]);
      await redis.revive();
      expect(logs).toEqual(
        Array(3).fill("redis-ratelimit: redis failed, the request passes: connect failure"),
      );
      // A real one has forgotten the first request, the embedded one has not.
      const statuses = [];
      for (let i = 0; i < 3; i++) statuses.push((await outcome(url))[0]);
      expect([statuses[0], statuses[2]]).toEqual([200, 429]);
      expect(logs.length).toBe(3);
    }));

  test("gateway dev runs all four plugins in one chain", async () => {
    const auth = await startHttpService((_request, response) =>
      response.setHeader("x-token", "from-auth").end(),
    );
    onTestFinished(() => auth.close());
    const call = {
      tokenHeader: "x-token",
      requestPath: "/auth",
      serviceName: "auth.dns",
      servicePort: 8080,
      timeout: PATIENT_MS,
    };
    const mock = { mockEnable: false, _rules_: [{ _match_domain_: ["localhost"], mockEnable: true }] };
    const configurations = ["", call, { serviceName: "redis.dns", qpm: 1000, timeout: PATIENT_MS }, mock];
    const plugins = ["hello-world", "http-call", "redis-ratelimit", "mock-response"];
    const dev = startGatewayCommand(
      "dev",
      ...plugins.map(publishedModule),
      ...configurations.flatMap((config) => ["--config", config === "" ? "" : JSON.stringify(config)]),
      `--upstream=${service.url}`,
      `--redis=${redis.url}`,
      `--cluster=auth.dns=${auth.url}`,
      "--port=0",
      "--admin-port=0",
    );
    const [, url] = await dev.printed(/Serving on (http:\S+)/);
    const passed = await fetch(`${url}/orders`);
    expect([passed.status, passed.headers.get("calltimeleft"), await passed.text()]).toEqual([
      200,
      "999",
      "GET /orders",
    ]);
    expect(service.requests[0]?.headers).toMatchObject({ hello: "world, world", "x-token": "from-auth" });
    const mocked = await fetch(`${url!.replace("127.0.0.1", "localhost")}/orders`);
    expect([mocked.status, await mocked.text()]).toEqual([200, "hello world"]);
    expect(auth.requests.length).toBe(2);
    expect(service.requests.length).toBe(1);
  });
});

const BIN = fileURLToPath(new URL("../../cli/bin/gateway.js", import.meta.url));

/** `gateway` as a process, ended with the test at the latest. */
function startGatewayCommand(...args: string[]) {
  const running = start(process.execPath, [BIN, ...args]);
  onTestFinished(async () => {
    running.child.kill("SIGKILL");
    await running.finished;
  });
  return running;
}

describe("gateway dev", () => {
  test("stops on Ctrl-C with 0, and its ports are free", async () => {
    const dev = startGatewayCommand(
      "dev",
      publishedModule("hello-world"),
      "--upstream",
      service.url,
      "--port",
      "0",
      "--admin-port",
      "0",
    );
    const [, port] = await dev.printed(/Serving on http:\S+?:(\d+)/);
    const [, adminPort] = await dev.printed(/Admin on http:\S+?:(\d+)/);
    expect((await fetch(`http://127.0.0.1:${port}/orders`)).status).toBe(200);
    dev.child.kill("SIGINT");
    const { code, stderr } = await dev.finished;
    expect([code, stderr]).toEqual([0, ""]);
    for (const freed of [port, adminPort]) {
      const server = createServer();
      await new Promise<void>((resolve, reject) =>
        server.once("error", reject).listen(Number(freed), "127.0.0.1", resolve),
      );
      await new Promise((resolve) => server.close(resolve));
    }
  });

  const call = { tokenHeader: "x-token", requestPath: "/auth", serviceName: "auth.dns", servicePort: 8080 };
  test.for([
    ["http-call", { ...call, requestPath: undefined }, "$.requestPath: missing requestPath in config"],
    ["http-call", { ...call, servicePort: "http" }, "$.servicePort: must be a whole number from 0 to 65535"],
    [
      "redis-ratelimit",
      { serviceName: "redis.dns", qpm: 0 },
      "$.qpm: must be a whole number from 1 to 2147483647",
    ],
    [
      "mock-response",
      { _rules_: [{ _match_route_: ["a"], mockEnable: [] }] },
      "$._rules_[0].mockEnable: must be true or false",
    ],
  ] as const)("ends with 1 for %s with %j, and says why", async ([plugin, config, problem]) => {
    const dev = startGatewayCommand(
      "dev",
      publishedModule(plugin),
      "--config",
      JSON.stringify(config),
      "--port",
      "0",
      "--admin-port",
      "0",
    );
    const { code, stderr } = await dev.finished;
    expect(stderr).toContain(`${plugin}: configuration refused: ${problem}`);
    expect(code).toBe(1);
  });

  test.for([
    ["false", "GET /get", "world"],
    ["true", "hello world", undefined],
  ] as const)("serves the guide's envoy.yaml with mockEnable %s", async ([enabled, body, hello]) => {
    const folder = await mkdtemp(join(tmpdir(), "gateway-guide-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const text = readFileSync(GUIDE, "utf8")
      .replace(/port_value: (9901|10000)/g, "port_value: 0")
      .replace('"mockEnable": false', `"mockEnable": ${enabled}`);
    const yaml = join(folder, "envoy.yaml");
    writeFileSync(yaml, text);
    const module = `/etc/envoy/main.wasm=${publishedModule("mock-response")}`;
    const dev = startGatewayCommand("dev", yaml, "--cluster", `httpbin=${service.url}`, "--wasm", module);
    const [, url] = await dev.printed(/Serving on (http:\S+)/);
    expect(await (await fetch(`${url}/get`)).text()).toBe(body);
    expect(service.requests[0]?.headers["hello"]).toBe(hello);
  });
});
