import type { Scenario, Step } from "../scenario.ts";
import { call, during, EVERYTHING, INTO_STREAM, one, PHASES, SERVICE, spoken } from "./parts.ts";

const READ =
  `request.path request.url_path request.query request.method request.scheme request.host request.protocol
  request.referer request.useragent request.headers.x-one request.headers.X-EMPTY request.headers.none request.size
  response.code response.flags response.code_details response.headers.x-from response.headers.set-cookie
  response.trailers.x-response-trailer response.grpc_status connection.mtls connection.tls_version
  connection.requested_server_name upstream.request_attempt_count upstream.transport_failure_reason metadata
  metadata.filter_metadata metadata.filter_metadata.none filter_state filter_state.none xds.route_name
  xds.virtual_host_name xds.filter_chain_name xds.listener_direction xds.route_metadata xds.none xds
  plugin_root_id route_name cluster_name listener_direction node.id unknown unknown.too request response
  connection source upstream source.none destination.none`
    .split(/\s+/)
    .map((name): Step => ["proxy_get_property", name.replaceAll(".", "\0")]);
/** Their values differ from run to run: only whether they are there, and how long. */
const OPAQUE =
  `request.time request.duration request.id source.port destination.port connection.id upstream.port`
    .split(/\s+/)
    .map((name): Step => ["~proxy_get_property", name.replaceAll(".", "\0")]);

function get(path: string): Step {
  return ["proxy_get_property", path];
}
function set(path: string, value: string): Step {
  return ["proxy_set_property", path, value];
}

const PATHS = [
  "",
  "\0",
  "request\0",
  "request\0path\0",
  "request\0\0path",
  "\0request",
  "request\0path\0x",
  "request.path",
  "a.b",
  "REQUEST\0PATH",
];
const NAMES = [
  "key",
  "a.b",
  "a\0b",
  "",
  "\0",
  "request\0path",
  "plugin_root_id",
  "route_name",
  "filter_state",
  "wasm.key",
  "é",
  "a b",
  "metadata",
];

/** `get_property` and `set_property`: every name, every phase. */
export const properties: Scenario[] = [
  ...PHASES.map((phase) =>
    one(`properties/read in ${spoken(phase)}`, during(phase, [...READ, ...OPAQUE]), {
      ...EVERYTHING,
      requests: [{ ...EVERYTHING.requests![0]!, path: "/a/path?q=1&r=2" }],
    }),
  ),
  ...["proxy_on_vm_start", "proxy_on_configure"].map((callback) =>
    one(`properties/read in ${spoken(callback)}`, { [callback]: [...READ, ...OPAQUE] }),
  ),
  one("properties/paths that are none", { proxy_on_request_headers: PATHS.map(get) }),
  ...NAMES.map((name) =>
    one(
      `properties/set ${JSON.stringify(name)}`,
      {
        proxy_on_request_headers: [
          set(name, "value"),
          get(name),
          get(`filter_state\0wasm.${name}`),
          set(name, "again"),
          get(name),
        ],
        proxy_on_response_headers: [get(name), set(name, ""), get(name)],
        proxy_on_log: [get(name)],
      },
      { requests: [{}, {}] },
    ),
  ),
  ...PHASES.map((phase) =>
    one(`properties/set in ${spoken(phase)}`, during(phase, [set("key", "value"), get("key")]), EVERYTHING),
  ),
  one("properties/set in configure", {
    proxy_on_configure: [set("key", "value"), get("key")],
    proxy_on_request_headers: [get("key")],
  }),
  {
    name: "properties/set by one plugin, read by the next",
    plugins: [
      {
        callbacks: {
          proxy_on_request_headers: [set("key", "value")],
          proxy_on_response_headers: [get("key")],
        },
      },
      {
        callbacks: {
          proxy_on_request_headers: [get("key"), set("key", "other")],
          proxy_on_log: [get("key")],
        },
      },
    ],
  },
  one(
    "properties/from a callout",
    {
      proxy_on_request_headers: [set("key", "value"), call(), ["return", 4]],
      proxy_on_http_call_response: [
        get("key"),
        get("request\0path"),
        INTO_STREAM,
        get("key"),
        get("request\0path"),
        ["proxy_continue_stream", 0],
        get("key"),
        get("request\0path"),
      ],
    },
    { clusters: SERVICE },
  ),
  one("properties/of headers edited before", {
    proxy_on_request_headers: [
      ["proxy_replace_header_map_value", 0, ":path", "/new?x=1"],
      ["proxy_replace_header_map_value", 0, ":method", "PUT"],
      ["proxy_add_header_map_value", 0, "x-two", "a"],
      ["proxy_add_header_map_value", 0, "x-two", "b"],
      ["proxy_remove_header_map_value", 0, "user-agent"],
      ...["path", "url_path", "query", "method", "useragent", "headers\0x-two"].map((name) =>
        get(`request\0${name}`),
      ),
    ],
    proxy_on_response_headers: [
      ["proxy_replace_header_map_value", 2, ":status", "201"],
      get("response\0code"),
      get("request\0path"),
    ],
  }),
];
