import { startGateway, upstream, type StartOptions } from "../../src/index.ts";
import { expect, test } from "../../src/vitest/index.ts";
import { guest, type Parts } from "@gateway-plugins/test-parts/guests/guest";

const start = (source: (parts: Parts) => string, options: StartOptions = {}) =>
  startGateway({ plugin: guest(source), profile: "higress", ...options });

const inject = (p: Parts, text: string, end: 0 | 1) =>
  p.run("proxy_inject_encoded_data_to_filter_chain", p.text(text), end);

test("sends injected data in the place of chunks that are dropped, headers first", async () => {
  const service = upstream({ body: ["one", "two"] });
  const gateway = await start(
    (p) =>
      p.on(
        "proxy_on_response_body",
        `(if (local.get $end) (then ${inject(p, "!", 1)}) (else ${inject(p, "<>", 0)})) (return (i32.const 3))`,
      ),
    { upstream: service },
  );
  expect((await gateway.fetch("/")).text()).toBe("<>!");
});

test("lets held response headers go with data that is injected from a callout's answer", async () => {
  const call = (p: Parts) =>
    p.run("proxy_grpc_call", p.text("quota"), p.text("q"), p.text("m"), p.text(""), p.text(""), 100, 16);
  const gateway = await start(
    (p) =>
      p.on(
        "proxy_on_response_headers",
        `(global.set $stream (local.get $id)) ${call(p)} (return (i32.const 4))`,
      ) +
      p.on(
        "proxy_on_grpc_close",
        p.run("proxy_set_effective_context", "(global.get $stream)") + inject(p, "late", 1),
      ),
    { clusters: { quota: () => ({ status: 503 }) }, upstream: upstream({ status: 201, body: ["x"] }) },
  );
  const response = await gateway.fetch("/");
  expect([response.status, response.text()]).toEqual([201, "late"]);
});

test("passes injected data through the filters behind the plugin, not through itself", async () => {
  const doubling = guest((p) =>
    p.on("proxy_on_response_body", `${p.run("proxy_set_buffer_bytes", 1, 9999, 0, p.text("+"))}`),
  );
  const injecting = guest((p) =>
    p.on("proxy_on_response_body", `${inject(p, "in", 0)} (return (i32.const 0))`),
  );
  const gateway = await startGateway({
    profile: "higress",
    plugins: [
      { plugin: doubling, vmId: "a" },
      { plugin: injecting, vmId: "b" },
    ],
    upstream: upstream({ body: ["body"] }),
  });
  expect((await gateway.fetch("/")).text()).toBe("in+body+");
});

test("injects from a headers callback by the foreign function", async () => {
  const gateway = await start(
    (p) =>
      p.on(
        "proxy_on_response_headers",
        `${p.run("proxy_remove_header_map_value", 2, p.text("content-length"))}
         ${p.result("proxy_call_foreign_function", p.text("inject_encoded_data_to_filter_chain_on_header"), p.text("\u000a\u0005hello\u0010\u0001"), 0, 0)}
         (return (i32.const 4))`,
      ),
    { upstream: upstream({ body: "never seen" }) },
  );
  expect((await gateway.fetch("/")).text()).toBe("hello");
});

test("lists the hosts of the route's cluster, and sends the request to the one that is chosen", async () => {
  const hosts = (p: Parts) => p.hexGiven("hosts", "proxy_get_upstream_hosts");
  const gateway = await start(
    (p) =>
      p.on(
        "proxy_on_request_headers",
        `${hosts(p)} ${p.result("proxy_set_upstream_override_host", p.text("10.0.0.9:1"))}`,
      ),
    { upstream: upstream({ status: 204 }) },
  );
  expect((await gateway.fetch("/")).status).toBe(204);
  const [status, list, override] = gateway.logs.map(({ message }) => message);
  expect([status, override]).toEqual(["hosts 0", "0"]);
  expect(Buffer.from(list ?? "", "hex").toString()).toContain(
    'in-process:0\0{"health_status":"Healthy","metrics":""}\0',
  );
});

test.for([
  ["get_log_level", "", "0", "02000000"],
  ["set_global_max_requests_per_io_cycle", "12345678", "0", ""],
  ["set_global_max_requests_per_io_cycle", "1", "2", ""],
] as const)("answers the foreign function %s", async ([name, argument, status, result]) => {
  const gateway = await start((p) =>
    p.on(
      "proxy_on_request_headers",
      p.hexGiven("f", "proxy_call_foreign_function", p.text(name), p.text(argument)),
    ),
  );
  await gateway.fetch("/");
  expect(gateway.logs.map(({ message }) => message)).toEqual([`f ${status}`, result]);
});

test("is chosen for a module that imports what only Higress has", async () => {
  const gateway = await startGateway({
    plugin: guest((p) => p.on("proxy_on_request_headers", p.hexGiven("hosts", "proxy_get_upstream_hosts"))),
  });
  expect((await gateway.fetch("/")).status).toBe(200);
});
