import { createHmac } from "node:crypto";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type Http2Server, createServer } from "node:http2";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, expect, it, vi } from "vitest";
import { type Envoy, startEnvoy } from "../src/envoy.ts";
import { header, headerValues, statusOf } from "../src/http1.ts";
import { fetchRaw, request } from "../src/raw-client.ts";
import { describeOnEnvoy } from "../src/real-parts.ts";
import {
  type RecordingUpstream,
  type Script,
  response,
  startRecordingUpstream,
} from "../src/recording-upstream.ts";

const service = (name: string, servicePort = 80) => ({ serviceName: `${name}.dns`, servicePort });
/** Every example, with the configuration of its listener. */
const EXAMPLES: Record<string, object | undefined> = {
  "no-config": undefined,
  "cookie-query": { dropParameters: ["utm_source"], dropCookies: ["_ga"] },
  "redirect-table": { redirects: [{ from: "/old/*", to: "https://new.example/*", status: 301 }] },
  "ab-cookie": { percent: 30 },
  "replace-chunks": { from: "secret", to: "***" },
  "jwt-hs256": { secret: "s3cret" },
  "signed-url": { secret: "k" },
  "mask-pii": { patterns: [String.raw`[\w.]+@\w+\.\w+`] },
  "sse-filter": { drop: ["debug"], banned: ["bad"] },
  "shared-counter": undefined,
  "two-calls": { auth: service("auth"), plans: service("plans"), bans: service("bans") },
  "grpc-check": service("checks", 9000),
  "grpc-stream": service("watcher", 9000),
  "access-log": undefined,
};
const NAMES = Object.keys(EXAMPLES);

describeOnEnvoy("the examples in Envoy", () => {
  const folder = mkdtempSync(join(tmpdir(), "examples-"));
  const logPath = join(folder, "access.log");
  let upstream: RecordingUpstream;
  let auth: RecordingUpstream;
  let plans: RecordingUpstream;
  let bans: RecordingUpstream;
  let checks: Http2Server;
  let watcher: Watcher;
  let envoy: Envoy;
  beforeAll(async () => {
    [upstream, auth, plans, bans] = (await Promise.all(
      [undefined, undefined, undefined, undefined].map(() => startRecordingUpstream()),
    )) as [RecordingUpstream, RecordingUpstream, RecordingUpstream, RecordingUpstream];
    checks = await startChecks();
    watcher = await startWatcher();
    envoy = await startEnvoy({
      listeners: NAMES.map((name) => ({
        filters: [
          {
            name,
            wasm: fileURLToPath(new URL(`../../../examples/dist/${name}.wasm`, import.meta.url)),
            configuration: EXAMPLES[name] && JSON.stringify(EXAMPLES[name]),
          },
        ],
        upstream: upstream.address,
        accessLog:
          name === "access-log"
            ? { path: logPath, format: '{"custom_log":"%FILTER_STATE(wasm.custom_log:PLAIN)%"}\n' }
            : undefined,
      })),
      clusters: {
        "outbound|80||auth.dns": auth.address,
        "outbound|80||plans.dns": plans.address,
        "outbound|80||bans.dns": bans.address,
        "outbound|9000||checks.dns": addressOf(checks),
        "outbound|9000||watcher.dns": addressOf(watcher.server),
      },
    });
  });
  afterAll(async () => {
    await envoy.stop();
    checks.close();
    watcher.server.close();
    await Promise.all([upstream, auth, plans, bans].map((peer) => peer.close()));
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => {
    upstream.forget();
    upstream.script = () => response(200, "upstream");
  });
  const ask = (name: string, path = "/", headers: Record<string, string> = {}) =>
    fetchRaw(envoy.ports[NAMES.indexOf(name)]!, request(path, { headers }));
  const statuses = (name: string, requests: readonly [path: string, headers?: Record<string, string>][]) =>
    Promise.all(requests.map(async ([path, headers]) => statusOf(await ask(name, path, headers))));

  it("no-config answers every request", async () => {
    const reply = await ask("no-config", "/anything");
    expect([statusOf(reply), reply.body.toString(), upstream.requests]).toEqual([200, "hello world", []]);
  });

  it("cookie-query drops what it is told, and leaves the rest as written", async () => {
    await ask("cookie-query", "/p?a=%2f+x&utm_source=mail&b", { cookie: 'a="1"; _ga=GA1; b=2' });
    const [seen] = upstream.requests;
    expect([seen?.startLine, header(seen!, "cookie")]).toEqual(["GET /p?a=%2f+x&b HTTP/1.1", 'a="1"; b=2']);
  });

  it("redirect-table redirects by its lines", async () => {
    const reply = await ask("redirect-table", "/old/p/q");
    expect([statusOf(reply), header(reply, "location")]).toEqual([301, "https://new.example/p/q"]);
    expect(await statuses("redirect-table", [["/else"]])).toEqual([200]);
  });

  it("ab-cookie gives a visitor the same variant each time", async () => {
    const first = await ask("ab-cookie");
    const cookie = /^visitor=[^;]+/.exec(header(first, "set-cookie") ?? "")?.[0] ?? "none";
    const again = await ask("ab-cookie", "/", { cookie });
    expect(header(again, "set-cookie")).toBeUndefined();
    const [one, two] = upstream.requests.map((seen) => header(seen, "x-variant"));
    expect(one).toMatch(/^[ab]$/);
    expect(two).toBe(one);
  });

  it("replace-chunks replaces across chunks", async () => {
    upstream.script = chunked(["a se", "cr", "et b secret"]);
    expect((await ask("replace-chunks")).body.toString()).toBe("a *** b ***");
  });

  it("jwt-hs256 lets good tokens pass", async () => {
    const signed = [{ alg: "HS256" }, { sub: "ada", exp: 4_000_000_000 }]
      .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
      .join(".");
    const mac = createHmac("sha256", "s3cret").update(signed).digest("base64url");
    const authorization = `Bearer ${signed}.${mac}`;
    expect(
      await statuses("jwt-hs256", [
        ["/", { authorization }],
        ["/", { authorization: `${authorization}x` }],
        ["/"],
      ]),
    ).toEqual([200, 401, 401]);
    expect(upstream.requests.map((seen) => headerValues(seen, "x-subject"))).toEqual([["ada"]]);
  });

  it("signed-url lets only URLs pass that are signed and not expired", async () => {
    const url = (expires: number) =>
      `/a?expires=${expires}&sig=${createHmac("sha256", "k").update(`/a\n${expires}`).digest("hex")}`;
    const paths = [url(4_000_000_000), url(1), "/a"];
    expect(
      await statuses(
        "signed-url",
        paths.map((path) => [path]),
      ),
    ).toEqual([200, 403, 403]);
  });

  it("mask-pii masks JSON answers", async () => {
    upstream.script = () =>
      response(200, '{"mail":"ada@example.com"}', { "content-type": "application/json" });
    expect((await ask("mask-pii")).body.toString()).toBe('{"mail":"***"}');
  });

  it("sse-filter drops and masks events", async () => {
    upstream.script = chunked(
      ["event: debug\nda", "ta: x\n\nid: 1\ndata: a b", "ad word\n\ndata: fine\n\n"],
      {
        "content-type": "text/event-stream",
      },
    );
    expect((await ask("sse-filter")).body.toString()).toBe("id: 1\ndata: a *** word\n\ndata: fine\n\n");
  });

  it("shared-counter numbers requests", async () => {
    await ask("shared-counter");
    await ask("shared-counter");
    expect(upstream.requests.map((seen) => header(seen, "x-request-number"))).toEqual(["1", "2"]);
  });

  it.each([
    ["a user who may", 200, 404, 200],
    ["a user who is banned", 200, 200, 403],
    ["a caller nobody knows", 401, 404, 401],
  ])("two-calls answers to %s", async (_, authStatus, bansStatus, status) => {
    auth.script = () => response(authStatus, "", { "x-user": "ada" });
    plans.script = () => response(200, "gold");
    bans.script = () => response(bansStatus);
    expect(await statuses("two-calls", [["/", { authorization: "t" }]])).toEqual([status]);
    const passed = upstream.requests.map((seen) => [header(seen, "x-user"), header(seen, "x-plan")]);
    expect(passed).toEqual(status === 200 ? [["ada", "gold"]] : []);
  });

  it("grpc-check follows the answer of a gRPC service", async () => {
    expect(
      await statuses("grpc-check", [
        ["/", { "x-user": "ada" }],
        ["/", { "x-user": "eve" }],
      ]),
    ).toEqual([200, 403]);
  });

  it("grpc-stream tells a service of each request and its response, on one stream", async () => {
    upstream.script = ({ startLine }) => response(startLine.includes("/teapot") ? 418 : 200);
    expect(await statuses("grpc-stream", [["/"], ["/secret"], ["/teapot"], ["/away"]])).toEqual([
      200, 403, 502, 503,
    ]);
    await vi.waitUntil(() => watcher.open === 0);
  });
  it("grpc-stream ends its stream with a request that breaks off", async () => {
    const client = connect(envoy.ports[NAMES.indexOf("grpc-stream")]!, "127.0.0.1");
    client.write(request("/silent"));
    await vi.waitUntil(() => watcher.open === 1);
    client.destroy();
    await vi.waitUntil(() => watcher.open === 0);
    expect(await statuses("grpc-stream", [["/"]])).toEqual([200]);
  });

  it("access-log keeps the log line valid JSON", async () => {
    upstream.script = chunked([
      'data: {"model":"gpt","usage":{"prompt_tok',
      'ens":3,"completion_tokens":4}}\n\n',
    ]);
    await ask("access-log", "/", { "x-mse-consumer": 'a "b"' });
    const text = await vi.waitUntil(() => existsSync(logPath) && readFileSync(logPath, "utf8"));
    const line = JSON.parse(text) as { custom_log: string };
    expect(JSON.parse(line.custom_log)).toEqual({ consumer: 'a "b"', model: "gpt", total_token: 7 });
  });
});

const chunked =
  (chunks: readonly string[], headers: Record<string, string> = {}): Script =>
  () => {
    const lines = Object.entries({ ...headers, "transfer-encoding": "chunked" });
    return [
      `HTTP/1.1 200 OK\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`,
      ...chunks.map((chunk) => `${chunk.length.toString(16)}\r\n${chunk}\r\n`),
      "0\r\n\r\n",
    ].join("");
  };

const addressOf = (server: Http2Server) => `h2c://127.0.0.1:${(server.address() as AddressInfo).port}`;

interface Watcher {
  server: Http2Server;
  /** Streams that are neither ended nor reset. */
  open: number;
}
/** `Watcher.Watch`: refuses the path `/secret` and the status 418, ends at `/away`, and says nothing to `/silent`. */
async function startWatcher(): Promise<Watcher> {
  const watcher: Watcher = { server: createServer(), open: 0 };
  watcher.server.on("stream", (stream) => {
    watcher.open++;
    stream.on("close", () => watcher.open--);
    stream.on("error", () => undefined);
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
    stream.on("data", (data: Buffer) => {
      const refused = data.includes("/secret") || data.includes(Buffer.of(16, 0xa2, 3));
      if (data.includes("/away")) stream.end();
      else if (!data.includes("/silent")) stream.write(Buffer.of(0, 0, 0, 0, 2, 8, refused ? 1 : 0));
    });
    stream.on("end", () => stream.end());
  });
  watcher.server.listen(0, "127.0.0.1");
  await once(watcher.server, "listening");
  return watcher;
}

/** `Checks.Check`: allows whoever is not eve. */
async function startChecks(): Promise<Http2Server> {
  const server = createServer();
  server.on("stream", (stream) => {
    const asked: Buffer[] = [];
    stream.on("data", (data: Buffer) => asked.push(data));
    stream.on("wantTrailers", () => stream.sendTrailers({ "grpc-status": "0" }));
    stream.on("end", () => {
      const allowed = Buffer.concat(asked).includes("eve") ? 0 : 1;
      stream.respond({ ":status": 200, "content-type": "application/grpc" }, { waitForTrailers: true });
      stream.end(Buffer.of(0, 0, 0, 0, 2, 8, allowed));
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}
