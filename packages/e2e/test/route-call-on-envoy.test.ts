import { beforeAll, expect, test } from "vitest";
import { stringValue } from "../src/bootstrap.ts";
import { type Both, type ListenerText, startBoth } from "../src/both.ts";
import { compile } from "../src/compile.ts";
import { header, statusOf } from "../src/http1.ts";
import { chunked, fetchRaw, request } from "../src/raw-client.ts";
import { describeOnEnvoy } from "../src/real-parts.ts";
import { type RecordingUpstream, response, startRecordingUpstream } from "../src/recording-upstream.ts";
import { cluster } from "../src/wire/wire-file.ts";

const CASES = [
  ["a request without a body", "/pass", undefined],
  ["a request with a body", "/pass", "body"],
  ["an answer that changes", "/change", "body"],
  ["an answer that changes, to a request without a body", "/change", undefined],
  ["an answer that a service lets pass", "/call", "body"],
  ["an answer that the plugin replaces", "/respond", "body"],
  ["a call that cannot be made", "/split", "body"],
] as const;
const ANSWERS = [
  ["a whole answer", response(200, "upstream")],
  ["an answer in chunks", `HTTP/1.1 500 No\r\ntransfer-encoding: chunked\r\n\r\n${chunked(["one ", "two"])}`],
  [
    "an answer with trailers",
    `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunked(["one"], { "x-sum": "1" })}`,
  ],
  ["an answer without a body", "HTTP/1.1 204 No Content\r\n\r\n"],
  ["an answer over the buffer's limit", response(200, "x".repeat(1_500_000))],
  ["an answer that is not HTTP", "nonsense\r\n\r\n"],
] as const;

describeOnEnvoy("a request that becomes another one, here and on Envoy", () => {
  let both: Both;
  let upstream: RecordingUpstream;
  let service: RecordingUpstream;
  beforeAll(async () => {
    [upstream, service] = await Promise.all([startRecordingUpstream(), startRecordingUpstream()]);
    service.script = (asked) => response(asked.body.toString() === "upstream" ? 200 : 403, "seen");
    const wasm = await compile("route-call");
    const listener = (name: string, holds: boolean): ListenerText => ({
      name,
      filters: [
        {
          wasm,
          vm: { vm_id: name },
          plugin: {
            ...(holds && { allow_on_headers_stop_iteration: true }),
            configuration: stringValue(JSON.stringify({ holdsHeaders: holds })),
          },
        },
      ],
    });
    both = await startBoth([listener("holding", true), listener("plain", false)], upstream.address, [
      cluster("service", service.address),
    ]);
    return async () => {
      await both.stop();
      await Promise.all([upstream.close(), service.close()]);
    };
  });

  async function observe(
    gateway: "envoy" | "live",
    listener: string,
    path: string,
    body: string | undefined,
  ) {
    upstream.forget();
    const reply = await fetchRaw(
      both.portOn(gateway, listener),
      request(path, { method: body === undefined ? "GET" : "POST", headers: { host: "first.host" }, body }),
    );
    const names = [
      "host",
      "x-key",
      "x-envoy-original-method",
      "x-envoy-original-path",
      "x-envoy-original-host",
    ];
    return {
      reply: [statusOf(reply), header(reply, "x-was"), header(reply, "x-done"), reply.body.toString()],
      seen: upstream.requests.map((seen) => [
        seen.startLine,
        ...names.map((name) => header(seen, name)),
        seen.body.toString(),
      ]),
    };
  }

  test.for(
    ANSWERS.flatMap(([answer, script]) =>
      CASES.map(([title, path, body]) => ({ title: `${title}: ${answer}`, script, path, body })),
    ),
  )("$title", async ({ script, path, body }) => {
    upstream.script = () => script;
    const onEnvoy = await observe("envoy", "holding", path, body);
    expect(onEnvoy.seen).toEqual(
      path === "/split"
        ? []
        : [
            [
              "PUT /became?from=" + path + " HTTP/1.1",
              "other.host",
              "k",
              body === undefined ? "GET" : "POST",
              path,
              "first.host",
              body === undefined ? "" : `<${body}>`,
            ],
          ],
    );
    expect(await observe("live", "holding", path, body)).toEqual(onEnvoy);
    expect(both.envoy.isAlive()).toBe(true);
  });

  test("is a 500 where the gateway does not hold headers", async () => {
    for (const gateway of ["envoy", "live"] as const)
      for (const body of [undefined, "body"]) {
        const { reply, seen } = await observe(gateway, "plain", "/pass", body);
        expect([reply[0], seen]).toEqual([500, []]);
        expect(both.logOf(gateway).join("\n")).toMatch(
          "this gateway cannot hold the headers of a request until",
        );
      }
  });
});
