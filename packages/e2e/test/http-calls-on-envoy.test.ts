import { beforeAll, expect, test } from "vitest";
import { guest, pairs, type Parts } from "@gateway-plugins/test-parts/guests/guest";
import { type ComparedGuest, type Seen, type SeenOnBoth, runOnBoth } from "../src/compared-guests.ts";
import { HTTP_PATHS, startHttpPeer } from "../src/http-peer.ts";
import { describeOnEnvoy } from "../src/real-parts.ts";

const TOKEN = 16;
const NOWHERE = 0x7f000000;

/** Longer than this process may be busy before it answers. */
const SHORT_MS = 5000;
const CALLED_BACK = "called back";

interface CallOptions {
  cluster?: string;
  method?: string;
  headers?: Record<string, string>;
  /** Instead of all headers. */
  raw?: string;
  body?: string;
  trailers?: string;
  timeoutMs?: number;
}
const call = ({ text, latin1, result }: Parts, path: string, options: CallOptions = {}) => {
  const {
    cluster = "peer",
    method = "GET",
    headers = {},
    body = "",
    trailers = "",
    timeoutMs = 10_000,
  } = options;
  const map =
    options.raw ?? pairs({ ":method": method, ":path": path, ":authority": "peer.test", ...headers });
  const operands = [text(cluster), latin1(map), text(body), latin1(trailers)];
  return `${result("proxy_http_call", ...operands, timeoutMs, TOKEN)} (call $logNumber (i32.load (i32.const ${TOKEN})))`;
};

/** Logs its arguments and all that it can read. */
const callback = (p: Parts, added = "") =>
  p.on(
    "proxy_on_http_call_response",
    `${["token", "count", "size", "trailers"].map((name) => `(call $logNumber (local.get $${name}))`).join(" ")}
     ${p.hexGiven("headers", "proxy_get_header_map_pairs", 6)} ${p.hexGiven("status", "proxy_get_header_map_value", 6, p.text(":status"))}
     ${p.hexGiven("body", "proxy_get_buffer_bytes", 4, 0, 300)} ${p.hexGiven("trailers", "proxy_get_header_map_pairs", 7)}
     ${p.result("proxy_get_status", 24, 40, 44)} (call $logNumber (i32.load (i32.const 24)))
     (call $logHex (i32.load (i32.const 40)) (i32.load (i32.const 44))) ${added}`,
  );

type Build = (parts: Parts) => string;
const scenario = (title: string, begin: Build, added: Build = () => ""): ComparedGuest => ({
  title,
  wasm: guest((p) => p.on("proxy_on_request_headers", begin(p)) + callback(p, added(p))),
});

const SCENARIOS: ComparedGuest[] = [
  ...HTTP_PATHS.map((path): ComparedGuest => {
    const title = `an answer: ${path}`;
    if (!path.startsWith("/hang")) return scenario(title, (p) => call(p, path));
    const hangs = scenario(
      title,
      (p) => call(p, path, { timeoutMs: SHORT_MS }),
      (p) => p.log(CALLED_BACK),
    );
    return { ...hangs, until: CALLED_BACK };
  }),
  scenario("a HEAD request", (p) => call(p, "/ok-head", { method: "HEAD" })),
  scenario("a POST with a body", (p) => call(p, "/mirror", { method: "POST", body: "a body" })),
  scenario("a body with a length of its own", (p) =>
    call(p, "/mirror", { method: "POST", body: "a body", headers: { "content-length": "2" } }),
  ),
  scenario("a POST without a body", (p) => call(p, "/mirror", { method: "POST" })),
  scenario("a DELETE", (p) => call(p, "/mirror", { method: "DELETE" })),
  scenario("a GET with a body", (p) => call(p, "/mirror", { body: "a body" })),
  scenario("trailers", (p) =>
    call(p, "/mirror", { method: "POST", body: "a body", trailers: pairs({ "x-t": "1" }) }),
  ),
  scenario("headers that Envoy adds to or joins", (p) =>
    call(p, "/mirror", {
      headers: { host: "other.test", "X-Upper": "Value", "user-agent": "me", accept: "a/b" },
    }),
  ),
  scenario("a host in the place of an authority", (p) =>
    call(p, "", { raw: pairs({ ":method": "GET", ":path": "/mirror", host: "host.test" }) }),
  ),
  scenario("a path without a slash", (p) => call(p, "mirror")),
  scenario("a timeout of 0", (p) => call(p, "/mirror", { timeoutMs: 0 })),
  scenario("a header value that cannot be sent", (p) => call(p, "/mirror", { headers: { "x-b": "a\r\nb" } })),
  scenario("a header name that cannot be sent", (p) => call(p, "/mirror", { headers: { "x b": "a" } })),
  scenario("a host that refuses", (p) => call(p, "/", { cluster: "refused" })),
  scenario("calls that are refused at once", (p) =>
    [
      call(p, "/", { cluster: "unknown" }),
      call(p, "/", { cluster: "" }),
      call(p, "/", { cluster: "empty" }),
      call(p, "/", { timeoutMs: -1 }),
      call(p, "", { raw: "" }),
      call(p, "", { raw: "junk" }),
      ...[":method", ":path", ":authority"].map((missing) =>
        call(p, "", {
          raw: pairs(
            Object.fromEntries(
              Object.entries({ ":method": "GET", ":path": "/", ":authority": "a" }).filter(
                ([name]) => name !== missing,
              ),
            ),
          ),
        }),
      ),
      call(p, "/hang", { timeoutMs: 0 }),
    ].join(" "),
  ),
  scenario("pointers that lead nowhere", (p) => {
    const good = [
      p.text("peer"),
      p.latin1(pairs({ ":method": "GET", ":path": "/hang", ":authority": "a" })),
      "(i32.const 0) (i32.const 0)",
      "(i32.const 0) (i32.const 0)",
    ];
    const bad = `(i32.const ${NOWHERE}) (i32.const 4)`;
    return [
      ...good.map((_each, i) => p.result("proxy_http_call", ...good.with(i, bad), 0, TOKEN)),
      p.result("proxy_http_call", ...good, 0, NOWHERE),
    ].join(" ");
  }),
  scenario(
    "maps and buffers, written and read elsewhere",
    (p) =>
      [
        p.hexGiven("pairs", "proxy_get_header_map_pairs", 6),
        p.hexGiven("value", "proxy_get_header_map_value", 6, p.text("a")),
        p.hexGiven("body", "proxy_get_buffer_bytes", 4, 0, 10),
        p.result("proxy_get_buffer_status", 4, 32, 36),
        p.result("proxy_get_header_map_size", 6, 32),
        call(p, "/ok"),
      ].join(" "),
    (p) =>
      [
        p.result("proxy_get_header_map_size", 6, 32),
        p.result("proxy_add_header_map_value", 6, p.text("a"), p.text("b")),
        p.result("proxy_replace_header_map_value", 6, p.text("a"), p.text("b")),
        p.result("proxy_remove_header_map_value", 6, p.text("x-a")),
        p.result("proxy_set_header_map_pairs", 7, p.text("")),
        p.result("proxy_set_buffer_bytes", 4, 0, 0, p.text("b")),
        p.result("proxy_get_buffer_status", 4, 32, 36),
        "(call $logNumber (i32.load (i32.const 32))) (call $logNumber (i32.load (i32.const 36)))",
        p.hexGiven("X-A", "proxy_get_header_map_value", 6, p.text("X-A")),
        p.hexGiven("none", "proxy_get_header_map_value", 7, p.text("none")),
        p.hexGiven("part", "proxy_get_buffer_bytes", 4, 2, 2),
        p.hexGiven("beyond", "proxy_get_buffer_bytes", 4, 99, 2),
        p.hexGiven("request", "proxy_get_header_map_value", 0, p.text(":path")),
      ].join(" "),
  ),
  scenario(
    "the status after a failure",
    (p) => call(p, "/close-after"),
    (p) => `(if (i32.eq (local.get $token) (i32.const 4)) (then ${call(p, "/ok")}))`,
  ),
  { title: "a call from on_log", wasm: guest((p) => p.on("proxy_on_log", call(p, "/ok")) + callback(p)) },
];

/** The size of the large head depends on how many digits the service's time has, which comes with it. */
const withoutDigits = ({ status, logs }: Seen): Seen => ({
  status,
  logs: logs.map((line) => line.replace(/^701\d\d$/, "701.. bytes")),
});

describeOnEnvoy("HTTP callouts", () => {
  let seen: Map<string, SeenOnBoth>;
  beforeAll(async () => {
    const peer = await startHttpPeer();
    const clusters = { peer: peer.address, empty: null, refused: "127.0.0.1:1" };
    seen = await runOnBoth(SCENARIOS, clusters);
    peer.close();
  });

  test.for(SCENARIOS)("are what they are in Envoy: $title", ({ title }) => {
    const { envoy, host } = seen.get(title)!;
    expect(withoutDigits(host)).toEqual(withoutDigits(envoy));
  });
});
