import { startGateway, upstream } from "../../src/index.ts";
import { expect, test } from "../../src/vitest/index.ts";
import { guest, pairs, type Parts } from "@gateway-plugins/test-parts/guests/guest";

const answer = ({ run, text }: Parts, status: number | string, body = "denied", headers = "") =>
  run("proxy_send_local_response", status, text("by rule"), text(body), text(headers), -1);

function phases(parts: Parts, name: string): string {
  const mark = (phase: string) => parts.log(`${name} ${phase}`);
  return (
    parts.on(
      "proxy_on_response_headers",
      mark("response") +
        parts.run("proxy_add_header_map_value", 2, parts.text("x-seen-by"), parts.text(name)),
    ) +
    parts.on("proxy_on_log", mark("log")) +
    parts.on("proxy_on_done", mark("done")) +
    parts.on("proxy_on_delete", mark("delete"))
  );
}

test("answers in the upstream's place, whatever status the callback returns", async () => {
  const service = upstream();
  const plugin = guest((parts) =>
    parts.on(
      "proxy_on_request_headers",
      answer(parts, 403, "denied", pairs({ "x-why": "rule", ":status": "200" })),
    ),
  );
  const response = await (await startGateway({ plugin, upstream: service })).fetch("/");
  expect([response.status, response.text(), response.details]).toEqual([403, "denied", "by_rule"]);
  expect([
    response.headers.get("content-type"),
    response.headers.get("content-length"),
    response.headers.get("x-why"),
  ]).toEqual(["text/plain", "6", "rule"]);
  expect(service.requests).toEqual([]);
});

test("gives a filter that has answered nothing more of the request", async () => {
  const plugin = guest(
    (parts) =>
      parts.on("proxy_on_request_headers", answer(parts, 403)) +
      parts.on("proxy_on_request_body", parts.log("body")) +
      parts.on(
        "proxy_on_response_headers",
        `(drop ${parts.call("proxy_log", 2, parts.text("response"))}) (return (i32.const 4))`,
      ),
  );
  const gateway = await startGateway({ plugin });
  expect((await gateway.fetch("/", { body: ["late"] })).status).toBe(504);
  expect(gateway.logs.map(({ message }) => message)).toEqual(["response"]);
  gateway.takeFault("stream-never-resumed");
});

test("names the plugin in the details on Higress", async () => {
  const plugin = guest((parts) => parts.on("proxy_on_request_headers", answer(parts, 403)));
  const gateway = await startGateway({ plugin, name: "waf", profile: "higress" });
  expect((await gateway.fetch("/")).details).toBe("via_wasm::waf::by_rule");
});

test("travels back through the filters up to its sender; the others see the end only", async () => {
  const first = guest((parts) => parts.on("proxy_on_request_headers", "") + phases(parts, "first"));
  const second = guest(
    (parts) => parts.on("proxy_on_request_headers", answer(parts, 401)) + phases(parts, "second"),
  );
  const third = guest(
    (parts) => parts.on("proxy_on_request_headers", parts.log("third request")) + phases(parts, "third"),
  );
  const gateway = await startGateway({ plugins: [{ plugin: first }, { plugin: second }, { plugin: third }] });
  const response = await gateway.fetch("/");
  expect(response.headers.getAll("x-seen-by")).toEqual(["second", "first"]);
  const ends = ["first", "second", "third"].flatMap((name) => [`${name} done`, `${name} delete`]);
  expect(gateway.logs.map(({ message }) => message)).toEqual([
    "second response",
    "first response",
    "first log",
    "second log",
    "third log",
    ...ends,
  ]);
});

test("goes straight to the client from the response phase", async () => {
  const plugin = guest((parts) =>
    parts.on("proxy_on_response_headers", parts.log("response") + answer(parts, 502, "bad")),
  );
  const gateway = await startGateway({ plugin });
  const response = await gateway.fetch("/");
  expect([response.status, response.text(), gateway.logs.length]).toEqual([502, "bad", 1]);
});

test("cuts the response when its headers have gone", async () => {
  const plugin = guest((parts) => parts.on("proxy_on_response_body", answer(parts, 500)));
  const response = await (await startGateway({ plugin })).fetch("/");
  expect([response.status, response.reset]).toEqual([200, "by_rule"]);
});

test("answers a gRPC request with status 200 and trailers only", async () => {
  const plugin = guest((parts) => parts.on("proxy_on_request_headers", answer(parts, 403)));
  const response = await (
    await startGateway({ plugin })
  ).fetch("/", { headers: { "content-type": "application/grpc" } });
  expect([
    response.status,
    response.headers.get("grpc-status"),
    response.headers.get("grpc-message"),
  ]).toEqual([200, "7", "denied"]);
});

test.for([
  [
    "two replies in one callback",
    (parts: Parts) => answer(parts, 403) + answer(parts, 404),
    "two-local-responses",
    403,
  ],
  ["a status below 200", (parts: Parts) => answer(parts, 100), "invalid-status", 500],
  ["a body with 204", (parts: Parts) => answer(parts, 204), "body-not-allowed", 204],
  [
    "a line break in a header",
    (parts: Parts) => answer(parts, 403, "", pairs({ "x-bad": "a\r\nb" })),
    "header-injection",
    403,
  ],
] as const)("reports %s and answers safely", async ([, body, fault, status]) => {
  const plugin = guest((parts) => parts.on("proxy_on_request_headers", body(parts)));
  const gateway = await startGateway({ plugin });
  expect((await gateway.fetch("/")).status).toBe(status);
  expect(gateway.takeFault(fault).plugin).toBe("plugin");
});

test("reports a second reply from a callout, and sends it as Envoy does", async () => {
  const call = pairs({ ":method": "GET", ":path": "/", ":authority": "auth" });
  const plugin = guest(
    (parts) =>
      parts.on(
        "proxy_on_request_headers",
        `(global.set $stream (local.get $id))
         ${parts.run("proxy_http_call", parts.text("auth"), parts.text(call), parts.text(""), parts.text(""), 500, 16)} (return (i32.const 4))`,
      ) +
      parts.on(
        "proxy_on_http_call_response",
        parts.run("proxy_set_effective_context", "(global.get $stream)") +
          answer(parts, 403) +
          answer(parts, 404),
      ) +
      // Where the first is when the second comes.
      parts.on("proxy_on_response_headers", ""),
  );
  const gateway = await startGateway({ plugin, clusters: { auth: () => ({ status: 200 }) } });
  expect((await gateway.fetch("/")).status).toBe(404);
  gateway.takeFault("two-local-responses");
});

test.for(["proxy_on_log", "proxy_on_done", "proxy_on_delete"])(
  "reports a reply and a close in %s, which crash Envoy",
  async (callback) => {
    const plugin = guest(
      (parts) =>
        parts.on("proxy_on_request_headers", "") +
        parts.on(callback, answer(parts, 403) + parts.run("proxy_close_stream", 0)),
    );
    const gateway = await startGateway({ plugin });
    expect((await gateway.fetch("/")).status).toBe(200);
    gateway.takeFault("response-after-end");
    gateway.takeFault("close-after-end");
  },
);

test("does nothing on a root context, with result 0", async () => {
  const plugin = guest((parts) =>
    parts.on(
      "proxy_on_configure",
      parts.result("proxy_send_local_response", 403, parts.text(""), parts.text(""), parts.text(""), -1),
    ),
  );
  expect((await startGateway({ plugin })).logs.map(({ message }) => message)).toEqual(["0"]);
});

test("close_stream cuts the stream without a byte of a response", async () => {
  const plugin = guest(({ on, run }) => on("proxy_on_request_headers", run("proxy_close_stream", 0)));
  const response = await (await startGateway({ plugin })).fetch("/");
  expect([response.status, response.reset, response.details]).toEqual([
    0,
    "wasm_close_stream",
    "wasm_close_stream",
  ]);
});
