import { chunked } from "../../raw-client.ts";
import { last, request, type WireListener } from "../wire-case.ts";

const FILTER_CONFIG = { "@type": "type.googleapis.com/envoy.config.route.v3.FilterConfig" };
const off = (...names: string[]) => ({
  typed_per_filter_config: Object.fromEntries(
    names.map((name) => [name, { ...FILTER_CONFIG, disabled: true }]),
  ),
});
const route = { cluster: "upstream" };
const get = (path: string) => ({ title: `GET ${path}`, send: last(`GET ${path}`) });

function filter(name: string, wasm: string): object {
  return {
    name,
    typed_config: {
      "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
      config: {
        name,
        root_id: `root-of-${name}`,
        vm_config: {
          vm_id: `vm-of-${name}`,
          runtime: "envoy.wasm.runtime.v8",
          code: { local: { filename: wasm } },
        },
      },
    },
  };
}

/** Requests that pass plugins: `wasm` logs every phase and marks requests and responses. */
export function pluginListeners(wasm: string): readonly WireListener[] {
  return [
    {
      name: "plugin",
      filters: [filter("first", wasm), filter("second", wasm)],
      log: {
        log_format: {
          text_format_source: {
            inline_string:
              "%RESPONSE_CODE% %RESPONSE_CODE_DETAILS% %ROUTE_NAME% %FILTER_STATE(wasm.seen:PLAIN)% %FILTER_STATE(wasm.seen)% %FILTER_STATE(wasm.no:PLAIN)%\n",
          },
        },
      },
      routes: [
        { name: "elsewhere", match: { prefix: "/elsewhere" }, route },
        { name: "one-off", match: { prefix: "/one-off" }, route, ...off("first") },
        { name: "both-off", match: { prefix: "/both-off" }, route, ...off("first", "second") },
        {
          name: "direct",
          match: { prefix: "/direct" },
          direct_response: { status: 200, body: { inline_string: "direct" } },
        },
        { name: "rest", match: { prefix: "/" }, route },
      ],
      cases: [
        ...["/", "/answer", "/away", "/one-off", "/both-off", "/direct"].map(get),
        { title: "HEAD", send: last("HEAD /answer") },
        {
          title: "a POST that is answered early",
          send: request("POST /answer", ["content-length: 5"], "hello"),
        },
        {
          title: "a POST that is answered before its body",
          send: request("POST /answer", ["content-length: 50"], "hello"),
        },
        {
          title: "a chunked POST",
          send: last("POST /", ["transfer-encoding: chunked"], chunked(["a", "b"])),
        },
        {
          title: "a body that is no chunk",
          send: request("POST /", ["transfer-encoding: chunked"], "zz\r\n"),
        },
        { title: "no HTTP", send: "nonsense\r\n\r\n" },
        { title: "no host", send: "GET / HTTP/1.1\r\n\r\n" },
        { title: "an upstream that breaks HTTP", send: last("GET /"), answer: () => "nonsense\r\n\r\n" },
      ],
    },
    {
      name: "plugin-off",
      filters: [filter("first", wasm)],
      virtualHosts: [
        {
          name: "off",
          domains: ["*"],
          ...off("first"),
          routes: [{ name: "off", match: { prefix: "/" }, route }],
        },
      ],
      cases: [get("/")],
    },
  ];
}
