import { startGateway, upstream } from "../../src/index.ts";
import { expect, test } from "../../src/vitest/index.ts";
import { guest, pairs, type Parts } from "@gateway-plugins/test-parts/guests/guest";

const REQUEST = 0;
const RESPONSE = 2;

async function inRequestHeaders(body: (parts: Parts) => string, more: (parts: Parts) => string = () => "") {
  const service = upstream({ headers: { "x-from": "service" } });
  const plugin = guest((parts) => parts.on("proxy_on_request_headers", body(parts)) + more(parts));
  const gateway = await startGateway({ plugin, upstream: service });
  const response = await gateway.fetch("/path", {
    headers: [
      ["X-One", "1"],
      ["x-one", "2"],
      ["x-empty", ""],
    ],
  });
  return { gateway, response, service, results: gateway.logs.map(({ message }) => message) };
}

test.for([
  ["the first of several entries", "X-ONE", "1"],
  ["host as :authority", "host", "localhost"],
  ["a pseudo header", ":path", "/path"],
] as const)("gives %s", async ([, name, value]) => {
  const { results } = await inRequestHeaders(({ logGiven, text }) =>
    logGiven("proxy_get_header_map_value", REQUEST, text(name)),
  );
  expect(results).toEqual([value]);
});

test("gives an empty value as pointer 0, without calling the allocator", async () => {
  const { results, gateway } = await inRequestHeaders(
    ({ call, text }) => `(call $logNumber (i32.add (i32.load (i32.const 0))
      (i32.add ${call("proxy_get_header_map_value", REQUEST, text("x-empty"), 0, 4)} (i32.load (i32.const 4)))))`,
  );
  expect([results, gateway.ledger.allocations]).toEqual([["0"], 0]);
});

test.for([
  [
    "a missing header",
    ({ result, text }: Parts) => result("proxy_get_header_map_value", REQUEST, text("absent"), 0, 4),
    "1",
  ],
  [
    "the response map in the request phase",
    ({ result, text }: Parts) => result("proxy_get_header_map_value", RESPONSE, text("x"), 0, 4),
    "2",
  ],
  [
    "all pairs of an unavailable map",
    ({ result }: Parts) => result("proxy_get_header_map_pairs", RESPONSE, 0, 4),
    "0",
  ],
  ["a map type beyond 7", ({ result }: Parts) => result("proxy_get_header_map_pairs", 8, 0, 4), "2"],
  [
    "a pointer outside the memory",
    ({ result }: Parts) => result("proxy_get_header_map_value", REQUEST, -5, 100, 0, 4),
    "6",
  ],
  [
    "an out-slot outside the memory",
    ({ result, text }: Parts) => result("proxy_get_header_map_value", REQUEST, text("x-one"), -1, 4),
    "6",
  ],
  [
    "removing a missing header",
    ({ result, text }: Parts) => result("proxy_remove_header_map_value", REQUEST, text("absent")),
    "0",
  ],
  [
    "trailers that are not there",
    ({ result, text }: Parts) => result("proxy_add_header_map_value", 1, text("a"), text("b")),
    "2",
  ],
] as const)("answers %s with its result code", async ([, body, code]) => {
  expect((await inRequestHeaders(body)).results).toEqual([code]);
});

test("adds an entry, replaces all entries, removes all entries", async () => {
  const { service } = await inRequestHeaders(
    ({ run, text }) => `
      ${run("proxy_add_header_map_value", REQUEST, text("x-Two"), text("a"))}
      ${run("proxy_add_header_map_value", REQUEST, text("x-two"), text("b"))}
      ${run("proxy_replace_header_map_value", REQUEST, text("x-one"), text("only"))}
      ${run("proxy_remove_header_map_value", REQUEST, text("x-empty"))}`,
  );
  const headers = service.requests[0]?.headers.filter(([name]) => /^x-(one|two|empty)/.test(name));
  expect(headers).toEqual([
    ["x-two", "a"],
    ["x-two", "b"],
    ["x-one", "only"],
  ]);
});

test("refuses edits once the headers have moved on", async () => {
  const { results } = await inRequestHeaders(
    () => "",
    ({ on, result, text }) =>
      on(
        "proxy_on_response_headers",
        result("proxy_replace_header_map_value", REQUEST, text("x"), text("y")),
      ),
  );
  expect(results).toEqual(["2"]);
});

test("lets on_log read both maps and write none", async () => {
  const { results } = await inRequestHeaders(
    () => "",
    ({ on, logGiven, result, text }) =>
      on(
        "proxy_on_log",
        logGiven("proxy_get_header_map_value", REQUEST, text("x-one")) +
          logGiven("proxy_get_header_map_value", RESPONSE, text("x-from")) +
          result("proxy_add_header_map_value", RESPONSE, text("x"), text("y")),
      ),
  );
  expect(results).toEqual(["1", "service", "2"]);
});

test("joins a second pseudo header value with a comma, and reports it", async () => {
  const { gateway, service } = await inRequestHeaders(({ run, text }) =>
    run("proxy_add_header_map_value", REQUEST, text(":method"), text("PUT")),
  );
  expect(gateway.takeFault("joined-header").message).toContain("GET,PUT");
  expect(service.requests[0]?.method).toBe("GET,PUT");
});

test.for([
  [":path", 404, "route_not_found"],
  [":method", 503, "filter_removed_required_request_headers{missing_required_header:_:method}"],
] as const)("answers for a removed %s", async ([name, status, details]) => {
  const { response } = await inRequestHeaders(({ run, text }) =>
    run("proxy_remove_header_map_value", REQUEST, text(name)),
  );
  expect([response.status, response.details]).toEqual([status, details]);
});

test("answers 503 for a request header value with a line break", async () => {
  const { response, results } = await inRequestHeaders(({ result, text }) =>
    result("proxy_add_header_map_value", REQUEST, text("x-bad"), text("a\r\nb: c")),
  );
  expect([results, response.status, response.text()]).toEqual([
    ["0"],
    503,
    "invalid header value for: x-bad",
  ]);
});

test("reads malformed pairs as none, which removes x-forwarded-proto and every route", async () => {
  const { gateway, response } = await inRequestHeaders(({ result, text }) =>
    result("proxy_set_header_map_pairs", REQUEST, text("garbage")),
  );
  expect(response.status).toBe(404);
  expect(gateway.faults).toEqual([]);
  const removed = await inRequestHeaders(({ run, text }) =>
    run("proxy_set_header_map_pairs", REQUEST, text(pairs({ ":path": "/", ":method": "GET" }))),
  );
  removed.gateway.takeFault("forwarded-proto-removed");
  expect(removed.response.details).toBe("route_not_found");
});

test("chooses the route again after an edit, while the property still shows the old one", async () => {
  const plugin = guest(({ on, run, logGiven, text }) =>
    on(
      "proxy_on_request_headers",
      run("proxy_replace_header_map_value", REQUEST, text(":path"), text("/b")) +
        logGiven("proxy_get_property", text("xds\0route_name")),
    ),
  );
  const route = (name: string) => ({
    name,
    match: { prefix: `/${name}` },
    action: { status: 200, body: name },
    timeoutMs: 0,
  });
  const gateway = await startGateway({ plugin, routes: [route("a"), route("b")] });
  expect((await gateway.fetch("/a")).text()).toBe("b");
  expect(gateway.logs.map(({ message }) => message)).toEqual(["a"]);
});

test("reports a response header that would split the response", async () => {
  const plugin = guest(({ on, run, text }) =>
    on(
      "proxy_on_response_headers",
      run("proxy_add_header_map_value", RESPONSE, text("x-bad"), text("a\r\nb: c")),
    ),
  );
  const gateway = await startGateway({ plugin });
  expect((await gateway.fetch("/")).headers.has("x-bad")).toBe(false);
  gateway.takeFault("header-injection");
});
