import { startGateway, upstream, type FetchOptions } from "../../src/index.ts";
import { expect, test } from "../../src/vitest/index.ts";
import { guest, type Parts } from "@gateway-plugins/test-parts/guests/guest";

const BODY = 0;

/** Sizes (and a 1 at the end of stream) that the body callback saw. */
const SEEN = `(call $logNumber (i32.add (i32.mul (local.get $size) (i32.const 10)) (local.get $end)))`;

async function inRequestBody(
  body: (parts: Parts) => string,
  request: FetchOptions,
  headers: (parts: Parts) => string = () => "",
) {
  const service = upstream({ body: ["one", "two"] });
  const plugin = guest(
    (parts) =>
      parts.on("proxy_on_request_headers", headers(parts)) + parts.on("proxy_on_request_body", body(parts)),
  );
  const gateway = await startGateway({ plugin, upstream: service });
  const response = await gateway.fetch("/", request);
  return {
    gateway,
    response,
    sent: service.requests[0]?.text(),
    seen: gateway.logs.map(({ message }) => message),
  };
}

test("shows a body with content-length in two callbacks, the last one empty", async () => {
  expect((await inRequestBody(() => SEEN, { body: "hello" })).seen).toEqual(["50", "1"]);
});

test("calls no body callback for a request without a body", async () => {
  expect((await inRequestBody(() => SEEN, {})).seen).toEqual([]);
});

test.for([
  ["StopIterationAndBuffer shows the total", 1, ["50", "110", "111"], "hello again"],
  ["StopIterationAndWatermark shows the new chunk, and loses nothing", 2, ["50", "60", "1"], "hello again"],
  ["StopIterationNoBuffer drops the chunk", 3, ["50", "60", "1"], ""],
] as const)("%s", async ([, status, seen, sent]) => {
  const until = (end: string) => `${SEEN} (if (i32.eqz ${end}) (then (return (i32.const ${status}))))`;
  const result = await inRequestBody(() => until("(local.get $end)"), { body: ["hello", " again"] });
  expect([result.seen, result.sent]).toEqual([seen, sent]);
});

test.for([
  ["prepends", 0, 0, "+hello"],
  ["replaces the first bytes", 0, 2, "+llo"],
  ["replaces everything", 0, 0x7fffffff, "+"],
  ["appends", 0x7fffffff, 0, "hello+"],
] as const)("set_buffer_bytes %s", async ([, start, size, sent]) => {
  const edit = ({ result, text }: Parts) =>
    `(if (i32.eqz (local.get $end)) (then ${result("proxy_set_buffer_bytes", BODY, start, size, text("+"))}))`;
  const result = await inRequestBody(edit, { body: ["hello"] });
  expect([result.seen, result.sent]).toEqual([["0"], sent]);
});

test("refuses to write in the middle of a body, and outside the body phase", async () => {
  const edit = ({ result, text }: Parts) => result("proxy_set_buffer_bytes", BODY, 2, 0, text("+"));
  const { seen } = await inRequestBody(
    (parts) => `(if (i32.eqz (local.get $end)) (then ${edit(parts)}))`,
    { body: ["hello"] },
    edit,
  );
  expect(seen).toEqual(["2", "2"]);
});

test("clamps reads to the body", async () => {
  const { seen } = await inRequestBody(
    ({ logGiven }) =>
      `(if (i32.eqz (local.get $end)) (then ${logGiven("proxy_get_buffer_bytes", BODY, 1, 0x7fffffff)} ${logGiven("proxy_get_buffer_bytes", BODY, 9, 5)}))`,
    { body: ["hello"] },
  );
  expect(seen).toEqual(["ello", ""]);
});

test("reports a replaced request body that goes out with its old content-length", async () => {
  const edit = ({ run, text }: Parts) =>
    `(if (i32.eqz (local.get $end)) (then ${run("proxy_set_buffer_bytes", BODY, 0, 99, text("longer than"))}))`;
  const { gateway, sent } = await inRequestBody(edit, { body: "hello" });
  expect(gateway.takeFault("content-length-mismatch").message).toContain("its content-length says 5");
  expect(sent).toBe("longe");
});

test("sends a replaced body whole when content-length was removed at headers", async () => {
  const edit = ({ run, text }: Parts) =>
    `(if (i32.eqz (local.get $end)) (then ${run("proxy_set_buffer_bytes", BODY, 0, 99, text("longer than"))}))`;
  const result = await inRequestBody(edit, { body: "hello" }, ({ run, text }) =>
    run("proxy_remove_header_map_value", 0, text("content-length")),
  );
  expect(result.sent).toBe("longer than");
});

test("answers 413 when a filter buffers more than the limit", async () => {
  const { response } = await inRequestBody(() => "(return (i32.const 1))", {
    body: ["x".repeat(600_000), "x".repeat(600_000)],
  });
  expect([response.status, response.text(), response.details]).toEqual([
    413,
    "Payload Too Large",
    "request_payload_too_large",
  ]);
});

test.for([
  ["shows it in one piece after the resume", ["hello", " again"], ["111"]],
  [
    "reads on after the resume when it is larger than the limit",
    ["x".repeat(700_000), "x".repeat(700_000)],
    ["14000000", "1"],
  ],
] as const)("holds a body behind paused headers, and %s", async ([, body, seen]) => {
  const plugin = guest(
    ({ on, run, call, text }) => `
    ${on("proxy_on_request_headers", `(global.set $stream (local.get $id)) ${run("proxy_http_call", text("auth"), text("\x03\0\0\0\x07\0\0\0\x03\0\0\0\x05\0\0\0\x01\0\0\0\x0a\0\0\0\x01\0\0\0:method\0GET\0:path\0/\0:authority\0a\0"), text(""), text(""), 0, 16)} (return (i32.const 4))`)}
    ${on("proxy_on_http_call_response", `(drop ${call("proxy_set_effective_context", "(global.get $stream)")}) ${run("proxy_continue_stream", 0)}`)}
    ${on("proxy_on_request_body", SEEN)}`,
  );
  const service = upstream();
  const gateway = await startGateway({ plugin, upstream: service, clusters: { auth: upstream() } });
  const response = await gateway.fetch("/", { body: [...body] });
  expect([response.status, service.requests[0]?.text() === body.join("")]).toEqual([200, true]);
  expect(gateway.logs.map(({ message }) => message)).toEqual(seen);
});

test("edits a response body chunk by chunk", async () => {
  const plugin = guest(
    ({ on, run, text }) => `
    ${on("proxy_on_response_headers", run("proxy_remove_header_map_value", 2, text("content-length")))}
    ${on("proxy_on_response_body", `(if (local.get $size) (then ${run("proxy_set_buffer_bytes", 1, 0x7fffffff, 0, text("!"))}))`)}`,
  );
  const gateway = await startGateway({ plugin, upstream: upstream({ body: ["one", "two"] }) });
  expect((await gateway.fetch("/")).text()).toBe("one!two!");
});

test("cuts a response over the limit, because its headers have gone", async () => {
  const plugin = guest(({ on }) => on("proxy_on_response_body", "(return (i32.const 1))"));
  const big = upstream({ body: ["x".repeat(600_000), "x".repeat(600_000)] });
  const response = await (await startGateway({ plugin, upstream: big })).fetch("/");
  expect([response.status, response.reset]).toEqual([200, "response_payload_too_large"]);
});

test("creates trailers in the last body callback only", async () => {
  const add = ({ result, text }: Parts) => result("proxy_add_header_map_value", 1, text("x-sum"), text("1"));
  const service = upstream();
  const plugin = guest(
    (parts) =>
      parts.on("proxy_on_request_headers", add(parts)) + parts.on("proxy_on_request_body", add(parts)),
  );
  const gateway = await startGateway({ plugin, upstream: service });
  await gateway.fetch("/", { body: ["hello"] });
  expect(gateway.logs.map(({ message }) => message)).toEqual(["2", "2", "0"]);
  expect(service.requests[0]?.trailers).toEqual([["x-sum", "1"]]);
});
