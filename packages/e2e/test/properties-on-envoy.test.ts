import { beforeAll, expect, test } from "vitest";
import { guest, type Parts } from "@gateway-plugins/test-parts/guests/guest";
import { type ComparedGuest, type SeenOnBoth, runOnBoth } from "../src/compared-guests.ts";
import { describeOnEnvoy } from "../src/real-parts.ts";

/** Read with their values. */
const STABLE = [
  "request.path request.url_path request.query request.method request.scheme request.protocol request.referer request.useragent",
  "request.headers.x-a request.headers.X-A request.headers.x-none request.size response.code response.flags response.code_details",
  "response.headers.x-up response.headers.x-none response.trailers.x-t response.grpc_status connection.mtls connection.tls_version",
  "connection.requested_server_name connection.subject_local_certificate connection.termination_details",
  "connection.transport_failure_reason upstream.request_attempt_count upstream.transport_failure_reason upstream.locality",
  "metadata metadata.filter_metadata metadata.filter_metadata.none filter_state filter_state.none upstream_filter_state.none",
  "xds.route_name xds.cluster_name xds.virtual_host_name xds.filter_chain_name xds.listener_direction xds.route_metadata",
  "xds.cluster_metadata xds.virtual_host_metadata xds.upstream_host_metadata xds.listener_metadata xds.none xds",
  "plugin_name plugin_root_id plugin_vm_id route_name cluster_name listener_direction node node.id unknown unknown.too",
  "request request.none response response.none connection connection.none source upstream upstream.none",
].flatMap((line) => line.split(" "));
/** Read without: they differ from run to run. */
const VOLATILE = [
  "request.time request.duration request.id request.host request.headers request.total_size response.headers response.total_size",
  "response.size response.backend_latency source.address source.port destination.address destination.port connection.id",
  "connection_id upstream.address upstream.port upstream.local_address xds.node.id xds.node",
].flatMap((line) => line.split(" "));

const path = (name: string) => name.replaceAll(".", "\0");
const readAll = (p: Parts) =>
  [
    ...STABLE.map((name) => p.hexGiven(name, "proxy_get_property", p.text(path(name)))),
    ...VOLATILE.map((name) => p.log(name) + p.result("proxy_get_property", p.text(path(name)), 40, 44)),
  ].join(" ");

/** Root contexts are created, too, in more threads there than here. */
const when = (callback: string, body: string, stopTick: string) => {
  if (callback === "proxy_on_context_create") return `(if (local.get $parent) (then ${body}))`;
  return callback === "proxy_on_tick" ? stopTick + body : body;
};
/** A name and what was read under it on one line. */
const inPairs = (logs: string[]) =>
  logs.flatMap((line, i) => (i % 2 === 0 ? [`${line} ${logs[i + 1] ?? ""}`] : []));

const reading = (title: string, callback: string, more: (p: Parts) => string = () => ""): ComparedGuest => ({
  title,
  wasm: guest(
    (p) =>
      p.on(callback, when(callback, readAll(p), p.run("proxy_set_tick_period_milliseconds", 0))) + more(p),
  ),
  path: "/a/path?q=1&r=2",
  headers: { "x-a": "1", referer: "http://from.test/", "user-agent": "tester" },
});

const SCENARIOS: ComparedGuest[] = [
  ...["context_create", "request_headers", "response_headers", "response_body", "log", "done", "delete"].map(
    (phase) => reading(`on_${phase}`, `proxy_on_${phase}`),
  ),
  reading("on_tick, on the root context", "proxy_on_tick", (p) =>
    p.on("proxy_on_request_headers", p.run("proxy_set_tick_period_milliseconds", 20)),
  ),
  {
    title: "paths that are no names",
    wasm: guest((p) =>
      p.on(
        "proxy_on_request_headers",
        [
          "",
          "\0",
          "request\0",
          "request\0path\0",
          "request\0\0path",
          "\0request",
          "request\0headers\0x-a\0",
          "request.path",
        ]
          .map((name) => p.hexGiven(JSON.stringify(name), "proxy_get_property", p.text(name)))
          .join(" ") +
          p.result("proxy_get_property", 0x7f000000, 4, 40, 44) +
          p.result("proxy_get_property", p.text("plugin_name"), 0x7f000000, 44),
      ),
    ),
    headers: { "x-a": "1" },
  },
  {
    title: "properties that a plugin sets",
    wasm: guest((p) => {
      const set = (name: string, value: string) =>
        p.result("proxy_set_property", p.text(name), p.text(value));
      const get = (name: string) => p.hexGiven("given", "proxy_get_property", p.text(name));
      return (
        p.on(
          "proxy_on_request_headers",
          [
            set("mine", "one"),
            get("mine"),
            get("filter_state\0wasm.mine"),
            get("filter_state\0mine"),
            set("mine", ""),
            get("mine"),
            set("a\0b", "two"),
            get("a\0b"),
            get("a"),
            set("", "none"),
            get(""),
            set("request", "shadow"),
            get("request"),
            get("request\0path"),
            set("plugin_name", "shadow"),
            get("plugin_name"),
            set("late", "seen"),
          ].join(" "),
        ) + p.on("proxy_on_log", get("late") + set("later", "x") + get("later"))
      );
    }),
  },
];

describeOnEnvoy("properties", () => {
  let seen: Map<string, SeenOnBoth>;
  beforeAll(async () => {
    seen = await runOnBoth(SCENARIOS, {}, { "x-up": "1" });
  });

  test.for(SCENARIOS)("are what they are in Envoy: $title", ({ title }) => {
    const { envoy, host } = seen.get(title)!;
    expect(inPairs(host.logs)).toEqual(inPairs(envoy.logs));
  });
});
