import { createHmac } from "node:crypto";
import { fileURLToPath } from "node:url";
import { GrpcError, grpcService, startGateway, upstream } from "@gateway-plugins/test-host";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";

const start = (name: string, options: Omit<Parameters<typeof startGateway>[0], "plugin"> = {}) =>
  startGateway({ plugin: fileURLToPath(new URL(`../dist/${name}.wasm`, import.meta.url)), name, ...options });
const hmac = (secret: string, text: string) => createHmac("sha256", secret).update(text);

test("cookie-query drops what it is told, and leaves the rest as written", async () => {
  const service = upstream();
  const gateway = await start("cookie-query", {
    upstream: service,
    config: { dropParameters: ["utm_source"], dropCookies: ["_ga"] },
  });
  await gateway.fetch("/p?a=%2f+x&utm_source=mail&b", { headers: { cookie: 'a="1"; _ga=GA1; b=2' } });
  await gateway.fetch("/p?a=%2f", { headers: { cookie: "_ga=GA1" } });
  expect(service.requests.map((request) => [request.path, request.header("cookie")])).toEqual([
    ["/p?a=%2f+x&b", 'a="1"; b=2'],
    ["/p?a=%2f", null],
  ]);
});

test("redirect-table redirects by its lines, the query included", async () => {
  const gateway = await start("redirect-table", {
    config: {
      redirects: [
        { from: "/a", to: "/b", status: 301 },
        { from: "/old/*", to: "https://new.example/*" },
        { from: "/cut/*", to: "/*" },
      ],
    },
  });
  const answers = await Promise.all(
    ["/a?x=1", "/old/p/q", "/cut/p", "/cut//evil.example", "/else"].map((path) => gateway.fetch(path)),
  );
  expect(answers.map((answer) => [answer.status, answer.headers.get("location")])).toEqual([
    [301, "/b?x=1"],
    [302, "https://new.example/p/q"],
    [302, "/p"],
    [200, null],
    [200, null],
  ]);
});

test("ab-cookie gives a visitor the same variant each time, and new ones a cookie", async () => {
  const service = upstream();
  const gateway = await start("ab-cookie", { upstream: service, config: { percent: 30 } });
  const first = await gateway.fetch("/");
  const cookie = /^visitor=([^;]+); Path=\/; Max-Age=2592000; HttpOnly$/.exec(
    first.headers.get("set-cookie") ?? "",
  )?.[1];
  const again = await gateway.fetch("/", { headers: { cookie: `visitor=${cookie}` } });
  expect(again.headers.has("set-cookie")).toBe(false);
  expect(service.requests[1]?.header("x-variant")).toBe(service.requests[0]?.header("x-variant"));
  for (let i = 0; i < 400; i++) await gateway.fetch("/", { headers: { cookie: `visitor=v${i}` } });
  const b = service.requests.slice(2).filter((request) => request.header("x-variant") === "b").length;
  expect(b).toBeGreaterThan(80);
  expect(b).toBeLessThan(160);
});

test("replace-chunks replaces across chunks, and lets binary bodies pass", async () => {
  const gateway = await start("replace-chunks", {
    config: { from: "secret", to: "***" },
    upstream: upstream((request) => ({
      body: ["a se", "cr", "et b secret"],
      headers: request.path === "/zip" ? { "content-encoding": "gzip" } : {},
    })),
  });
  expect((await gateway.fetch("/")).text()).toBe("a *** b ***");
  expect((await gateway.fetch("/zip")).text()).toBe("a secret b secret");
});

describe("jwt-hs256", () => {
  const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  const token = (claims: object, header: object = { alg: "HS256" }, secret = "s3cret") => {
    const signed = `${encode(header)}.${encode(claims)}`;
    return `Bearer ${signed}.${hmac(secret, signed).digest("base64url")}`;
  };
  const later = 4_000_000_000;
  test.for([
    ["a good token", token({ sub: "ada", exp: later }), 200, "ada"],
    ["no token", "", 401, undefined],
    ["another secret", token({ sub: "ada", exp: later }, { alg: "HS256" }, "other"), 401, undefined],
    ["an expired token", token({ sub: "ada", exp: 1 }), 401, undefined],
    ["a token without an end", token({ sub: "ada" }), 401, undefined],
    ["a token of tomorrow", token({ sub: "ada", exp: later, nbf: later - 1 }), 401, undefined],
    ["a token with seconds in parts", token({ sub: "ada", exp: later + 0.5, nbf: 1.5 }), 200, "ada"],
    [
      "a critical extension",
      token({ sub: "ada", exp: later }, { alg: "HS256", crit: ["x"] }),
      401,
      undefined,
    ],
    ["alg none", token({ sub: "ada", exp: later }, { alg: "none" }), 401, undefined],
    ["garbage", "Bearer a.b.c", 401, undefined],
    ["a part too many", `${token({ sub: "ada", exp: later })}.x`, 401, undefined],
  ] as const)("answers to %s", async ([, authorization, status, subject]) => {
    const service = upstream();
    const gateway = await start("jwt-hs256", { upstream: service, config: { secret: "s3cret" } });
    const response = await gateway.fetch("/", { headers: { authorization, "x-subject": "forged" } });
    expect([response.status, service.requests[0]?.header("x-subject")]).toEqual([status, subject]);
  });
});

test("signed-url lets only URLs pass that are signed and not expired", async () => {
  const gateway = await start("signed-url", { config: { secret: "k" } });
  const url = (path: string, expires: number | string) =>
    `${path}?expires=${expires}&sig=${hmac("k", `${path}\n${expires}`).digest("hex")}`;
  const statuses = [
    url("/a", 4_000_000_000),
    url("/a", 1),
    url("/a", "never"),
    url("/a", 4_000_000_000).replace("/a", "/b"),
    "/a",
  ].map(async (path) => (await gateway.fetch(path)).status);
  expect(await Promise.all(statuses)).toEqual([200, 403, 403, 403, 403]);
});

test("mask-pii masks JSON answers, and refuses a pattern that is none", async () => {
  const gateway = await start("mask-pii", {
    config: { patterns: [String.raw`[\w.]+@\w+\.\w+`, String.raw`\b1\d{10}\b`] },
    upstream: upstream((request) => ({
      body: String.raw`{"mail":"ada@example.com","tel":"13800138000","id":"138001380001","more":"a \"b\": ada\u0040example.com\n"}`,
      headers: { "content-type": request.path === "/text" ? "text/plain" : "application/json" },
    })),
  });
  expect((await gateway.fetch("/")).text()).toBe(
    String.raw`{"mail":"***","tel":"***","id":"138001380001","more":"a \"b\": ***\n"}`,
  );
  expect((await gateway.fetch("/text")).text()).toContain("ada@example.com");
  await expect(start("mask-pii", { config: { patterns: ["(a"] } })).rejects.toThrow("a ( without its )");
});

test("sse-filter drops and masks events, wherever chunks end", async () => {
  const stream =
    ": hello\n\nevent: debug\ndata: x\n\nid: 1\ndata: a bad word\ndata: two\n\ndata: fine\r\n\r\n";
  for (const size of [1, 5, 1000]) {
    const chunks = stream.match(new RegExp(`[^]{1,${size}}`, "g"))!;
    const gateway = await start("sse-filter", {
      config: { drop: ["debug"], banned: ["bad"] },
      upstream: upstream({ body: chunks, headers: { "content-type": "text/event-stream" } }),
    });
    expect((await gateway.fetch("/")).text()).toBe(
      ": hello\n\nid: 1\ndata: a *** word\ndata: two\n\ndata: fine\r\n\r\n",
    );
  }
  const page = await start("sse-filter", {
    config: { banned: ["bad"] },
    upstream: upstream({ body: "data: bad", headers: { "content-type": "text/plain" } }),
  });
  expect((await page.fetch("/")).text()).toBe("data: bad");
});

test("shared-counter numbers requests, and remembers the longest path", async () => {
  const service = upstream();
  const gateway = await start("shared-counter", { upstream: service });
  for (const path of ["/a", "/longer", "/b"]) await gateway.fetch(path);
  expect(service.requests.map((request) => request.header("x-request-number"))).toEqual(["1", "2", "3"]);
  expect(gateway.metrics).toMatchObject({
    "wasmcustom.shared_counter_requests": 3,
    "wasmcustom.shared_counter_longest_path": 7,
  });
});

describe("two-calls", () => {
  const service = (name: string) => ({ serviceName: `${name}.dns`, servicePort: 80 });
  const config = { auth: service("auth"), plans: service("plans"), bans: service("bans") };
  const user = upstream({ headers: { "x-user": "ada" } });
  test.for([
    ["a user who may", user, upstream({ status: 404 }), 200],
    ["a user who is banned", user, upstream(), 403],
    ["a list of bans that is away", user, null, 503],
    ["a caller without a name", upstream(), upstream({ status: 404 }), 503],
    ["a caller nobody knows", upstream({ status: 401 }), upstream({ status: 404 }), 401],
    ["an authorisation that is away", null, upstream({ status: 404 }), 503],
  ] as const)("answers to %s", async ([, auth, bans, status]) => {
    const target = upstream();
    const gateway = await start("two-calls", {
      config,
      upstream: target,
      clusters: {
        "outbound|80||auth.dns": auth,
        "outbound|80||plans.dns": upstream({ body: "gold" }),
        "outbound|80||bans.dns": bans,
      },
    });
    const response = await gateway.fetch("/", { headers: { authorization: "t" } });
    expect(response.status).toBe(status);
    if (status === 200)
      expect([target.requests[0]?.header("x-user"), target.requests[0]?.header("x-plan")]).toEqual([
        "ada",
        "gold",
      ]);
  });
});

test.for([
  ["allowed", [8, 1], 200, ""],
  ["refused", [8, 0, 18, 2, 110, 111], 403, "no"],
  ["no message", [255], 403, ""],
] as const)("grpc-check follows an answer that is %s", async ([, message, status, text]) => {
  const checks = grpcService({
    "/example.Checks/Check": async (call) => {
      await call.receive();
      return new Uint8Array(message);
    },
  });
  const gateway = await start("grpc-check", {
    config: { serviceName: "checks.dns", servicePort: 9000 },
    clusters: { "outbound|9000||checks.dns": checks },
  });
  const response = await gateway.fetch("/p", { headers: { "x-user": "ada" } });
  expect([response.status, status === 403 ? response.text() : ""]).toEqual([status, text]);
  expect(Buffer.from(checks.calls[0]!.messages[0]!).toString()).toBe("\n\u0002/p\u0012\u0003ada");
});

test.for([
  ["both pass", "/", 200, 200],
  ["the request is refused", "/secret", 200, 403],
  ["the response is refused", "/", 418, 502],
  ["nobody watches", "/away", 200, 503],
] as const)("grpc-stream tells of both, where %s", async ([, path, answered, status]) => {
  const watcher = grpcService({
    "/example.Watcher/Watch": async function* (call) {
      for (let event = await call.receive(); event !== undefined; event = await call.receive()) {
        const text = Buffer.from(event).toString();
        if (text.includes("/away")) throw new GrpcError(14, "away");
        const refused = text.includes("/secret") || event[1] === ((418 & 127) | 128);
        yield new Uint8Array([8, refused ? 1 : 0, 18, 2, 110, 111]);
      }
    },
  });
  const service = upstream({ status: answered });
  const gateway = await start("grpc-stream", {
    upstream: service,
    config: { serviceName: "watcher.dns", servicePort: 9000 },
    clusters: { "outbound|9000||watcher.dns": watcher },
  });
  expect((await gateway.fetch(path)).status).toBe(status);
  expect(service.requests).toHaveLength(path === "/" ? 1 : 0);
  expect(watcher.calls).toHaveLength(1);
});

test("access-log keeps the log line valid JSON", async () => {
  const gateway = await start("access-log", {
    upstream: upstream({
      body: ['data: {"model":"gpt","usage":{"prompt_tok', 'ens":3,"completion_tokens":4}}\n\n'],
    }),
  });
  expect((await gateway.fetch("/", { headers: { "x-mse-consumer": 'a "b"' } })).status).toBe(200);
  const written = propertiesIn(gateway.traces).get("custom_log") ?? "";
  // As in a format of the gateway: "custom_log":"%FILTER_STATE(wasm.custom_log:PLAIN)%"
  const line = JSON.parse(`{"custom_log":"${written}"}`) as { custom_log: string };
  expect(JSON.parse(line.custom_log)).toEqual({ consumer: 'a "b"', model: "gpt", total_token: 7 });
});

function propertiesIn(value: unknown, found = new Map<string, string>()): Map<string, string> {
  if (typeof value !== "object" || value === null) return found;
  const { kind, path, value: text } = value as { kind?: string; path?: string; value?: string };
  if (kind === "property" && path !== undefined && text !== undefined) found.set(path, text);
  for (const child of Object.values(value)) propertiesIn(child, found);
  return found;
}
