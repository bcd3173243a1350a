import { generateKeyPairSync, sign } from "node:crypto";
import { beforeAll, expect, test } from "vitest";
import { guest, type Parts } from "@gateway-plugins/test-parts/guests/guest";
import { type ComparedGuest, type SeenOnBoth, runOnBoth } from "../src/compared-guests.ts";
import { describeOnEnvoy } from "../src/real-parts.ts";

const NOWHERE = 0x7f000000;

/** A protobuf field that holds bytes, as a string of them. */
const field = (number: number, bytes: string | Buffer) => {
  const value = Buffer.from(bytes as string, "latin1");
  const length = value.length < 128 ? [value.length] : [(value.length & 127) | 128, value.length >> 7];
  return Buffer.concat([Buffer.of((number << 3) | 2, ...length), value]).toString("latin1");
};

const inHeaders = (title: string, source: (parts: Parts) => string): ComparedGuest => ({
  title,
  wasm: guest((p) => p.on("proxy_on_request_headers", source(p))),
});
const foreign = (p: Parts, name: string, argument = "") =>
  p.log(name) + p.hexGiven("f", "proxy_call_foreign_function", p.text(name), p.latin1(argument));
const property = (p: Parts, path: string) =>
  p.hexGiven(path.replaceAll("\0", "."), "proxy_get_property", p.text(path));

const rsa = generateKeyPairSync("rsa", { modulusLength: 1024 });
const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const publicDer = (key: typeof rsa) => key.publicKey.export({ type: "spki", format: "der" });
const publicPem = (key: typeof rsa) => String(key.publicKey.export({ type: "spki", format: "pem" }));
const privateDer = (key: typeof rsa) => key.privateKey.export({ type: "pkcs8", format: "der" });
const privatePem = (key: typeof rsa) => String(key.privateKey.export({ type: "pkcs8", format: "pem" }));
const signed = (key: typeof rsa, hash = "sha256") => sign(hash, Buffer.from("text"), key.privateKey);
const verification = (hash: string, key: string, signature: Buffer, text = "text") =>
  field(1, hash) + key + field(3, signature) + field(4, text);

/** Created, evaluated by its token, and what both say. */
const expression = (p: Parts, text: string) =>
  `${p.log(text)} ${p.hexGiven("create", "proxy_call_foreign_function", p.text("expr_create"), p.text(text))}
   (if (i32.load (i32.const 44)) (then (i32.store (i32.const 24) (i32.load (i32.load (i32.const 40))))
     ${p.hexGiven("value", "proxy_call_foreign_function", p.text("expr_evaluate"), "(i32.const 24) (i32.const 4)")}))`;

const EXPRESSIONS = {
  literals: [
    "1",
    "-1",
    "0x10",
    "1u",
    "1.5",
    "1e3",
    "true",
    "null",
    "'a'",
    '"q"',
    String.raw`r'a\nb'`,
    String.raw`'a\x41\u00e4'`,
    "b'ab'",
    "[]",
    "[1,2]",
    "['a','b']",
    "{}",
    "{'a': 1}",
    "((",
    "1 +",
    "'open",
    "",
  ],
  operators: [
    "1 + 2",
    "'a' + 'b'",
    "[1] + [2]",
    "5 % 3",
    "-5 / 2",
    "-5 % 3",
    "1/0",
    "1.0 / 0.0",
    "9223372036854775807 + 1",
    "1 == 1.0",
    "1 < 1.5",
    "'a' < 'b'",
    "1 < 'a'",
    "1 + 'a'",
    "'a' == b'a'",
    "null == null",
    "[1] == [1]",
    "{'a': 1} == {'a': 1}",
    "!true",
    "!1",
    "1 && true",
    "true ? 1 : 2",
    "2u - 1u",
    "1u - 2u",
    "-1.5",
    "1 in [1]",
    "'x' in {'x': 1}",
  ],
  functions: [
    "size('abc')",
    "'é'.size()",
    "size([1,2])",
    "size({'a': 1})",
    "'abc'.startsWith('a')",
    "'abc'.endsWith('c')",
    "'abc'.contains('b')",
    "'abc'.matches('b.')",
    "'a'.matches('(')",
    "string(1)",
    "string(true)",
    "string(1.5)",
    "string(b'ab')",
    "int('3')",
    "int('x')",
    "int(1.9)",
    "uint(1)",
    "uint(-1)",
    "double(1)",
    "double('2.5')",
    "bytes('a')",
    "dyn(1) == 1",
    "unknown(1)",
    "size()",
    "size(1)",
    "'a'.size(1)",
  ],
  macros: [
    "[1,2].exists(x, x == 2)",
    "[1,2].all(x, x > 0)",
    "[1,2].exists_one(x, x == 1)",
    "[1,2].map(x, x * 2)",
    "[1,2].filter(x, x > 1)",
    "has(request.headers.x)",
    "has(request.headers.referer)",
    "has({'a': 1}.a)",
  ],
  attributes: [
    "request",
    "request.path",
    "request.method == 'GET'",
    "request.method in ['GET', 'POST']",
    "request.headers['referer']",
    "request.headers.referer",
    "request.headers['REFERER']",
    "request.headers['none']",
    "request.headers.none == 'a'",
    "'referer' in request.headers",
    "'none' in request.headers",
    "request.none",
    "none",
    "none.at.all",
    "request.size",
    "request.size == 0",
    "request.query == ''",
    "response.code",
    "response.flags",
    "connection.mtls",
    "connection.none",
    "upstream.address",
    "xds.virtual_host_name",
    "metadata",
    "filter_state",
    "filter_state.none",
    "request.path == 1",
    "request.path.size() > 1 ? 'long' : 'short'",
    "request.url_path.contains('path') && !(1 > 2) || false",
    "none || true",
    "true || none",
    "none && false",
    "[1,2,3][1]",
    "[1][5]",
    "{'a': 1}.a",
    "{'a': 1}['b']",
  ],
};

const SCENARIOS: ComparedGuest[] = [
  ...Object.entries(EXPRESSIONS).map(([title, list]) => ({
    ...inHeaders(`expressions: ${title}`, (p) => list.map((text) => expression(p, text)).join(" ")),
    path: "/a/path",
    headers: { referer: "http://from.test/" },
  })),
  inHeaders("tokens of expressions", (p) =>
    [
      ...["\x09\0\0\0", "a", ""].flatMap((token) => [
        foreign(p, "expr_evaluate", token),
        foreign(p, "expr_delete", token),
      ]),
      foreign(p, "expr_create", "1"),
      foreign(p, "expr_create", "("),
      foreign(p, "expr_create", "2"),
      foreign(p, "expr_delete", "\0\0\0\0"),
      foreign(p, "expr_evaluate", "\0\0\0\0"),
      foreign(p, "expr_evaluate", "\x01\0\0\0"),
      foreign(p, "expr_create", "3"),
    ].join(" "),
  ),
  inHeaders("compress and uncompress", (p) =>
    [
      foreign(p, "compress", "a".repeat(22)),
      foreign(p, "compress"),
      foreign(p, "compress", "a text that has no repetition"),
      foreign(p, "uncompress", "\x78\x9c\x4b\x4c\xc4\x06\x00\x5f\xf3\x08\x57"),
      foreign(p, "uncompress"),
      foreign(p, "uncompress", "not compressed"),
    ].join(" "),
  ),
  inHeaders("result slots of a foreign function", (p) => {
    const name = p.text("compress");
    const argument = p.text("abc");
    const slots = (pointer: number, size: number) =>
      p.result("proxy_call_foreign_function", name, argument, pointer, size);
    return [
      slots(0, 0),
      slots(48, 0),
      slots(0, 52),
      "(call $logNumber (i32.load (i32.const 52)))",
      slots(NOWHERE, 0),
      slots(48, NOWHERE),
      p.result("proxy_call_foreign_function", name, NOWHERE, 5, 48, 52),
      p.result("proxy_call_foreign_function", NOWHERE, 5, argument, 48, 52),
      p.result("proxy_call_foreign_function", p.text("unknown"), NOWHERE, 5, 48, 52),
      p.result("proxy_call_foreign_function", p.text("unknown"), argument, NOWHERE, 52),
      `(i64.store (i32.const 48) (i64.const -1)) ${p.result("proxy_call_foreign_function", p.text("clear_route_cache"), p.text(""), 48, 52)}`,
      "(call $logNumber (i32.load (i32.const 48))) (call $logNumber (i32.load (i32.const 52)))",
      `(i64.store (i32.const 48) (i64.const -1)) ${p.result("proxy_call_foreign_function", p.text("uncompress"), p.text("x"), 48, 52)}`,
      "(call $logNumber (i32.load (i32.const 48))) (call $logNumber (i32.load (i32.const 52)))",
    ].join(" ");
  }),
  inHeaders("set_envoy_filter_state", (p) =>
    [
      ...["my.key", "envoy.string", "envoy.tcp_proxy.cluster", "envoy.upstream.dynamic_host", ""].flatMap(
        (key) => [
          foreign(p, "set_envoy_filter_state", field(1, key) + field(2, "val")),
          property(p, `filter_state\0${key || "none"}`),
        ],
      ),
      property(p, "envoy.string"),
      foreign(p, "set_envoy_filter_state", "\xff"),
      p.result("proxy_set_property", p.text("mine"), p.text("v")),
      ...["mine", "filter_state\0mine", "filter_state\0wasm.mine", "wasm.mine"].map((path) =>
        property(p, path),
      ),
    ].join(" "),
  ),
  inHeaders("declare_property", (p) =>
    [
      foreign(p, "declare_property", field(1, "p1")),
      foreign(p, "declare_property", field(1, "p1")),
      foreign(p, "declare_property", `${field(1, "p2")}\x10\x01`),
      p.result("proxy_set_property", p.text("p2"), p.text("text")),
      property(p, "p2"),
      foreign(p, "declare_property", `${field(1, "p3")}\x20\x01`),
      p.result("proxy_set_property", p.text("p3"), p.text("one")),
      p.result("proxy_set_property", p.text("p3"), p.text("two")),
      property(p, "p3"),
      foreign(p, "declare_property"),
      foreign(p, "declare_property", "\xff"),
    ].join(" "),
  ),
  ...[
    ["RSA", rsa],
    ["ECDSA", ec],
  ].map(([name, key]) =>
    inHeaders(`verify_signature of ${name as string}`, (p) => {
      const pair = key as typeof rsa;
      const verify = (argument: string) => foreign(p, "verify_signature", argument);
      return [
        verify(verification("sha256", field(2, publicDer(pair)), signed(pair))),
        verify(verification("sha256", field(5, publicPem(pair)), signed(pair))),
        verify(verification("sha512", field(5, publicPem(pair)), signed(pair, "sha512"))),
        verify(verification("sha256", field(5, publicPem(pair)), signed(pair), "other text")),
        verify(verification("sha256", field(5, publicPem(pair)), Buffer.from("no signature"))),
        verify(verification("sha256", "", signed(pair))),
        verify(verification("sha256", field(2, publicDer(pair)) + field(5, publicPem(pair)), signed(pair))),
        verify(verification("sha256", field(2, "no key"), signed(pair))),
        verify(verification("sha256", field(5, "no key"), signed(pair))),
        verify(verification("md9", field(2, "no key"), signed(pair))),
        verify(verification("md9", field(2, publicDer(pair)), signed(pair))),
        verify(verification("", field(2, publicDer(pair)), signed(pair))),
      ].join(" ");
    }),
  ),
  inHeaders("sign", (p) => {
    const signs = (argument: string) => foreign(p, "sign", argument);
    return [
      signs(field(1, "sha256") + field(2, privateDer(rsa)) + field(3, "text")),
      signs(field(1, "sha256") + field(4, privatePem(rsa)) + field(3, "text")),
      signs(field(1, "sha1") + field(4, privatePem(rsa)) + field(3, "text")),
      signs(field(1, "md9") + field(4, privatePem(rsa)) + field(3, "text")),
      signs(field(1, "sha256") + field(3, "text")),
      signs(field(1, "sha256") + field(2, "no key") + field(3, "text")),
      signs(field(1, "md9") + field(2, "no key") + field(3, "text")),
      signs(field(1, "sha256") + field(4, publicPem(rsa)) + field(3, "text")),
    ].join(" ");
  }),
  {
    title: "foreign functions on a root context",
    wasm: guest(
      (p) =>
        p.on("proxy_on_request_headers", p.run("proxy_set_tick_period_milliseconds", 20)) +
        p.on(
          "proxy_on_tick",
          [
            p.run("proxy_set_tick_period_milliseconds", 0),
            foreign(p, "set_envoy_filter_state", field(1, "envoy.string") + field(2, "v")),
            foreign(p, "clear_route_cache"),
            foreign(p, "declare_property", field(1, "p")),
            foreign(p, "unknown"),
          ].join(" "),
        ),
    ),
  },
  {
    title: "names that are resolved",
    wasm: guest(
      (p) =>
        p.on(
          "proxy_on_request_headers",
          ["localhost", "127.0.0.1", "::1"]
            .map(
              (name) =>
                `${p.result("envoy_resolve_dns", p.text(name), 16)} (call $logNumber (i32.load (i32.const 16)))`,
            )
            .join(" ") +
            p.result("envoy_resolve_dns", NOWHERE, 5, 16) +
            p.result("envoy_resolve_dns", p.text("localhost"), NOWHERE),
        ) +
        p.on(
          "envoy_on_resolve_dns",
          `(call $logNumber (local.get $id)) (call $logNumber (local.get $token)) (call $logNumber (local.get $size))
           ${p.hexGiven("list", "proxy_get_buffer_bytes", 8, 0, 999)} ${p.result("proxy_set_buffer_bytes", 8, 0, 0, p.text("x"))}`,
        ),
    ),
  },
  {
    title: "a name that nobody has",
    wasm: guest(
      (p) =>
        p.on("proxy_on_request_headers", p.result("envoy_resolve_dns", p.text("nobody.invalid"), 16)) +
        p.on("envoy_on_resolve_dns", p.hexGiven("list", "proxy_get_buffer_bytes", 8, 0, 999)),
    ),
  },
];

describeOnEnvoy("host functions", () => {
  let seen: Map<string, SeenOnBoth>;
  beforeAll(async () => {
    seen = await runOnBoth(SCENARIOS);
  });

  test.for(SCENARIOS)("do what they do in Envoy: $title", ({ title }) => {
    const { envoy, host } = seen.get(title)!;
    expect(host).toEqual(envoy);
  });
});
