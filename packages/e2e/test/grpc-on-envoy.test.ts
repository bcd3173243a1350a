import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { guest, type Parts } from "@gateway-plugins/test-parts/guests/guest";
import { type ComparedGuest, type SeenOnBoth, runOnBoth } from "../src/compared-guests.ts";
import { startEnvoy } from "../src/envoy.ts";
import { GRPC_METHODS, startGrpcPeer } from "../src/grpc-peer.ts";
import { describeOnEnvoy } from "../src/real-parts.ts";
import { startRecordingUpstream } from "../src/recording-upstream.ts";

const TOKEN = 16;
const token = `(i32.load (i32.const ${TOKEN}))`;
const TIMEOUT_MS = 10_000;
/** Longer than this process may be busy before it answers. */
const SHORT_MS = 5000;

/** A protobuf field that holds text. */
const field = (number: number, text: string) => String.fromCharCode((number << 3) | 2, text.length) + text;
const envoyGrpc = (cluster: string) => field(1, field(1, cluster));

const split = (path: string): [string, string] => {
  const slash = path.indexOf("/");
  return [path.slice(0, slash), path.slice(slash + 1)];
};
const pairs = (entries: [name: string, value: string][]) => {
  const head = Buffer.alloc(4 + 8 * entries.length);
  head.writeUInt32LE(entries.length, 0);
  entries.forEach(([name, value], i) => {
    head.writeUInt32LE(name.length, 4 + 8 * i);
    head.writeUInt32LE(value.length, 8 + 8 * i);
  });
  return head.toString("latin1") + entries.map(([name, value]) => `${name}\0${value}\0`).join("");
};

interface CallOptions {
  target?: string;
  metadata?: string;
  message?: string;
  timeoutMs?: number;
}
const call = ({ text, result }: Parts, path: string, options: CallOptions = {}) => {
  const { target = "grpc", metadata = "", message = "hello", timeoutMs = TIMEOUT_MS } = options;
  const names = [text(target), ...split(path).map(text), text(metadata), text(message)];
  return `${result("proxy_grpc_call", ...names, timeoutMs, TOKEN)} (call $logNumber ${token})`;
};
const stream = (
  { text, result }: Parts,
  path: string,
  { target = "grpc", metadata = "" }: CallOptions = {},
) => {
  const names = [text(target), ...split(path).map(text), text(metadata)];
  return `${result("proxy_grpc_stream", ...names, TOKEN)} (call $logNumber ${token})`;
};
const send = ({ text, result }: Parts, message: string, end: 0 | 1, to = token) =>
  result("proxy_grpc_send", to, text(message), end);

type Added = Partial<Record<"initial" | "trailing" | "receive" | "close", string>>;

/** Every callback logs its arguments and all that it can read. */
function callbacks(parts: Parts, added: Added = {}): string {
  const { on, log, hexGiven, result, text } = parts;
  const args = (...names: string[]) =>
    names.map((name) => `(call $logNumber (local.get $${name}))`).join(" ");
  return [
    on(
      "proxy_on_grpc_receive_initial_metadata",
      `${log("initial")} ${args("token", "count")} ${hexGiven("pairs", "proxy_get_header_map_pairs", 4)}
       ${hexGiven("value", "proxy_get_header_map_value", 4, text("x-init"))} ${result("proxy_get_header_map_size", 4, 32)}
       ${added.initial ?? ""}`,
    ),
    on(
      "proxy_on_grpc_receive_trailing_metadata",
      `${log("trailing")} ${args("token", "count")} ${hexGiven("pairs", "proxy_get_header_map_pairs", 5)} ${added.trailing ?? ""}`,
    ),
    on(
      "proxy_on_grpc_receive",
      `${log("receive")} ${args("token", "size")} ${hexGiven("message", "proxy_get_buffer_bytes", 5, 0, -1)} ${added.receive ?? ""}`,
    ),
    on(
      "proxy_on_grpc_close",
      `${log("close")} ${args("token", "status")} ${result("proxy_get_status", 24, 40, 44)}
       (call $logNumber (i32.load (i32.const 24))) (call $logHex (i32.load (i32.const 40)) (i32.load (i32.const 44)))
       ${added.close ?? ""}`,
    ),
  ].join("\n");
}

type Build = (parts: Parts) => string;

function scenario(title: string, begin: Build, added: (parts: Parts) => Added = () => ({})): ComparedGuest {
  const source: Build = (parts) =>
    parts.on("proxy_on_request_headers", begin(parts)) + callbacks(parts, added(parts));
  return { title, wasm: guest(source) };
}
const its = "(local.get $token)";
const METADATA: [title: string, entries: [string, string][]][] = [
  [
    "plain",
    [
      ["x-a", "1"],
      ["x-a", "2"],
      ["X-Upper", "u"],
      ["user-agent", "me"],
    ],
  ],
  ["content-type", [["content-type", "application/x"]]],
  [":path", [[":path", "/x/mirror"]]],
  [":authority", [[":authority", "other"]]],
  ["host", [["host", "other"]]],
  ["grpc-timeout", [["grpc-timeout", "1S"]]],
];

const SCENARIOS: ComparedGuest[] = [
  ...GRPC_METHODS.map((name): ComparedGuest => {
    const title = `a call answered: ${name}`;
    if (!name.startsWith("hang")) return scenario(title, (p) => call(p, `svc/${name}`));
    return { ...scenario(title, (p) => call(p, `svc/${name}`, { timeoutMs: SHORT_MS })), until: "close" };
  }),
  ...GRPC_METHODS.map((name) =>
    scenario(`a stream answered: ${name}`, (p) => stream(p, `svc/${name}`) + send(p, "hello", 0)),
  ),
  ...(["call", "stream"] as const).flatMap((kind) => {
    const start = kind === "call" ? call : stream;
    const begin = (target: string) => (p: Parts) => start(p, "svc/ok", { target }) + send(p, "a", 0);
    return [
      scenario(`a ${kind} to an unknown name`, begin("nowhere")),
      scenario(`a ${kind} to an unknown cluster`, begin(envoyGrpc("nowhere"))),
      scenario(`a ${kind} to a cluster without a host`, begin(envoyGrpc("empty"))),
      scenario(`a ${kind} to a host that refuses`, begin(envoyGrpc("refused"))),
      scenario(`a ${kind} to an HTTP/1.1 cluster`, begin(envoyGrpc("http1"))),
      scenario(`a ${kind} to bytes that are no message`, begin("\u0001\u0002\u0003")),
      scenario(`a ${kind} with an authority`, (p) =>
        start(p, "svc/mirror", { target: field(1, field(1, "grpc") + field(2, "auth.example")) }),
      ),
      scenario(`a ${kind} without Envoy's headers`, (p) =>
        start(p, "svc/mirror", { target: field(1, `${field(1, "grpc")}\u0028\u0001`) }),
      ),
      scenario(`a ${kind} with a limit that the answer exceeds`, (p) =>
        start(p, "svc/ok", { target: field(1, field(1, "grpc") + field(4, "\u0008\u0003")) }),
      ),
      scenario(`a ${kind} with metadata in its target`, (p) =>
        start(p, "svc/mirror", { target: envoyGrpc("grpc") + field(5, field(1, "x-im") + field(2, "v")) }),
      ),
      scenario(`a ${kind} with a header value that cannot be sent`, (p) =>
        start(p, "svc/ok", { metadata: pairs([["x-a", "a\nb"]]) }),
      ),
      scenario(`a ${kind} with malformed metadata`, (p) => start(p, "svc/mirror", { metadata: "junk" })),
      scenario(`a ${kind} with a te that HTTP/2 forbids`, (p) =>
        start(p, "svc/ok", { metadata: pairs([["te", "gzip"]]) }),
      ),
      ...METADATA.map(([title, entries]) =>
        scenario(`a ${kind} with metadata: ${title}`, (p) =>
          start(p, "svc/mirror", { metadata: pairs(entries) }),
        ),
      ),
    ];
  }),
  scenario("a call without names", (p) => call(p, "/")),
  scenario("a call with an empty message", (p) => call(p, "svc/mirror", { message: "" })),
  scenario("a call without a timeout", (p) => call(p, "svc/mirror", { timeoutMs: 0 })),
  scenario("a call with a negative timeout", (p) => call(p, "svc/mirror", { timeoutMs: -1 })),
  scenario("a call with a long timeout", (p) => call(p, "svc/mirror", { timeoutMs: 123_456_789 })),
  scenario("tokens of calls and streams, with refused ones between them", (p) =>
    [
      call(p, "svc/hang", { timeoutMs: 0 }),
      call(p, "svc/ok", { target: envoyGrpc("nowhere") }),
      call(p, "svc/ok", { target: "nowhere" }),
      call(p, "svc/hang", { timeoutMs: 0 }),
      stream(p, "svc/hang"),
      stream(p, "svc/ok", { target: envoyGrpc("nowhere") }),
      stream(p, "svc/hang"),
    ].join(" "),
  ),
  scenario("tokens that nobody was given", (p) =>
    [0, 4, 5, 6, 7, -1]
      .map((number) =>
        [
          send(p, "x", 0, `(i32.const ${number})`),
          p.result("proxy_grpc_close", number),
          p.result("proxy_grpc_cancel", number),
        ].join(" "),
      )
      .join(" "),
  ),
  scenario("a message to a call", (p) => call(p, "svc/ok") + send(p, "x", 0)),
  ...["cancel", "close"].flatMap((verb) => {
    const end = (p: Parts, of = token) => p.result(`proxy_grpc_${verb}`, of);
    return [
      scenario(`${verb} of a call, twice`, (p) => call(p, "svc/hang") + end(p) + end(p)),
      scenario(
        `${verb} of a call in its receive`,
        (p) => call(p, "svc/ok"),
        (p) => ({ receive: end(p, its) + end(p, its) }),
      ),
      scenario(
        `${verb} of a call in its close`,
        (p) => call(p, "svc/error"),
        (p) => ({ close: end(p, its) + end(p, its) }),
      ),
      scenario(
        `${verb} of a stream, twice`,
        (p) => stream(p, "svc/echo") + send(p, "a", 0) + end(p) + end(p) + send(p, "b", 0),
      ),
      scenario(
        `${verb} of a stream in its receive`,
        (p) => stream(p, "svc/echo") + send(p, "a", 0),
        (p) => ({ receive: end(p, its) + end(p, its) }),
      ),
      scenario(
        `${verb} of a stream at its initial metadata`,
        (p) => stream(p, "svc/ok") + send(p, "a", 0),
        (p) => ({ initial: end(p, its) }),
      ),
      scenario(
        `${verb} of a stream at its trailing metadata`,
        (p) => stream(p, "svc/ok") + send(p, "a", 0),
        (p) => ({ trailing: end(p, its) }),
      ),
      scenario(
        `${verb} of a stream in its close`,
        (p) => stream(p, "svc/ok") + send(p, "a", 0),
        (p) => ({ close: end(p, its) + end(p, its) + send(p, "late", 0, its) }),
      ),
    ];
  }),
  scenario(
    "a stream that is echoed to its end",
    (p) => stream(p, "svc/echo") + send(p, "a", 0) + send(p, "", 0) + send(p, "b", 1) + send(p, "late", 0),
  ),
  scenario(
    "a stream that answers each message with another",
    (p) => stream(p, "svc/echo") + send(p, "a", 0),
    (p) => ({
      receive: send(p, "more", 1, its),
    }),
  ),
  scenario(
    "a large message",
    (p) => stream(p, "svc/echo") + p.result("proxy_grpc_send", token, 0, 3_000_000, 1),
  ),
  scenario(
    "maps and buffers outside of their callbacks",
    (p) =>
      [
        p.hexGiven("pairs", "proxy_get_header_map_pairs", 4),
        p.hexGiven("value", "proxy_get_header_map_value", 5, p.text("a")),
        p.result("proxy_get_header_map_size", 4, 32),
        p.result("proxy_add_header_map_value", 4, p.text("a"), p.text("b")),
        p.hexGiven("buffer", "proxy_get_buffer_bytes", 5, 0, 10),
        p.result("proxy_get_buffer_status", 5, 32, 36),
        stream(p, "svc/ok"),
      ].join(" "),
    (p) => ({
      initial:
        p.hexGiven("pairs", "proxy_get_header_map_pairs", 5) +
        p.result("proxy_remove_header_map_value", 4, p.text("x-init")),
      receive: [
        p.hexGiven("pairs", "proxy_get_header_map_pairs", 4),
        p.hexGiven("part", "proxy_get_buffer_bytes", 5, 1, 2),
        p.result("proxy_get_buffer_status", 5, 32, 36),
        "(call $logNumber (i32.load (i32.const 32))) (call $logNumber (i32.load (i32.const 36)))",
        p.result("proxy_set_buffer_bytes", 5, 0, 0, p.text("x")),
      ].join(" "),
      trailing: p.result("proxy_set_header_map_pairs", 5, p.text("")),
    }),
  ),
  scenario(
    "the status after a failure",
    (p) => call(p, "svc/error"),
    (p) => ({
      close: call(p, "svc/ok"),
      receive: `${p.result("proxy_get_status", 24, 40, 44)} (call $logNumber (i32.load (i32.const 24)))`,
    }),
  ),
  {
    title: "callbacks that are not exported",
    wasm: guest((p) =>
      p.on("proxy_on_request_headers", call(p, "svc/error") + stream(p, "svc/echo") + send(p, "a", 1)),
    ),
  },
  {
    title: "a call from on_log",
    wasm: guest((p) => p.on("proxy_on_log", call(p, "svc/ok")) + callbacks(p)),
  },
  {
    title: "pointers that lead nowhere",
    wasm: guest((p) => {
      const bad = [0x7f000000, 4] as const;
      const names = [p.text("grpc"), p.text("svc"), p.text("ok")] as const;
      return p.on(
        "proxy_on_request_headers",
        [
          p.result("proxy_grpc_call", ...bad, names[1], names[2], 0, 0, 0, 0, 0, TOKEN),
          p.result("proxy_grpc_call", names[0], ...bad, names[2], 0, 0, 0, 0, 0, TOKEN),
          p.result("proxy_grpc_call", ...names, ...bad, 0, 0, 0, TOKEN),
          p.result("proxy_grpc_call", ...names, 0, 0, ...bad, 0, TOKEN),
          p.result("proxy_grpc_stream", names[0], ...bad, names[2], 0, 0, TOKEN),
          stream(p, "svc/hang"),
          p.result("proxy_grpc_send", token, ...bad, 0),
        ].join(" "),
      );
    }),
  },
];

describeOnEnvoy("gRPC callouts", () => {
  let seen: Map<string, SeenOnBoth>;
  beforeAll(async () => {
    const peer = await startGrpcPeer();
    const http1 = await startRecordingUpstream();
    const clusters = {
      grpc: peer.url,
      http1: http1.address,
      empty: null,
      // Nobody listens there, and no other test will.
      refused: "h2c://127.0.0.1:1",
    };
    seen = await runOnBoth(SCENARIOS, clusters);
    peer.close();
    await http1.close();
  });

  test.for(SCENARIOS)("are what they are in Envoy: $title", ({ title }) => {
    const { envoy, host } = seen.get(title)!;
    expect(host).toEqual(envoy);
  });

  test("end Envoy itself where this host reports grpc-target-unset", async () => {
    const wasm = guest((p) => p.on("proxy_on_request_headers", call(p, "svc/ok", { target: "empty" })));
    const directory = await mkdtemp(join(tmpdir(), "unset-"));
    const file = join(directory, "plugin.wasm");
    await writeFile(file, wasm);
    const envoy = await startEnvoy({
      listeners: [{ filters: [{ wasm: file }], upstream: "127.0.0.1:1" }],
      clusters: { empty: null },
    });
    await expect(fetch(`http://127.0.0.1:${envoy.ports[0]}/`)).rejects.toThrow("fetch failed");
    await expect.poll(() => envoy.isAlive()).toBe(false);
    await envoy.stop();
    await rm(directory, { recursive: true });
  });
});
