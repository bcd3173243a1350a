import type { Request, Scenario } from "../scenario.ts";
import {
  call,
  during,
  EVERYTHING,
  INTO_STREAM,
  one,
  PHASES,
  reply,
  resume,
  SERVICE,
  spoken,
} from "./parts.ts";

const AT_HEADERS = "proxy_on_request_headers";

const SHAPES: [title: string, ...Parameters<typeof reply>][] = [
  ["200 without a body", 200, { body: "", headers: "" }],
  ["without details", 403, { details: "" }],
  ["details with blanks and newlines", 403, { details: 'a b\nc\r"d"' }],
  ["its own content-length", 403, { headers: [["content-length", "99"]] }],
  ["its own content-type", 403, { headers: [["content-type", "application/json"]] }],
  [
    "two content-types",
    403,
    {
      headers: [
        ["content-type", "a/b"],
        ["content-type", "c/d"],
      ],
    },
  ],
  [
    "two set-cookies",
    403,
    {
      headers: [
        ["set-cookie", "a=1"],
        ["set-cookie", "b=2"],
      ],
    },
  ],
  [
    "pseudo headers in its list",
    403,
    {
      headers: [
        [":status", "201"],
        [":path", "/x"],
        ["x-a", "b"],
      ],
    },
  ],
  ["transfer-encoding", 403, { headers: [["transfer-encoding", "chunked"]] }],
  [
    "connection and server",
    403,
    {
      headers: [
        ["connection", "close"],
        ["server", "mine"],
        ["date", "mine"],
      ],
    },
  ],
  ["upper-case names", 403, { headers: [["X-Upper", "Yes"]] }],
  ["location", 302, { body: "", headers: [["location", "https://login.test/"]] }],
  ["malformed pairs", 403, { headers: { hex: "ff0000000000" } }],
  ["a grpc status", 403, { grpc: 5 }],
  ["500", 500, {}],
  ["599", 599, {}],
  ["70,000 bytes", 200, { body: { repeat: "0123456789", times: 7000 } }],
];
const ODD_STATUSES = [0, 99, 100, 101, 102, 199, 204, 205, 304, 600, 999, 1000, 65736, 70000];

const REQUESTS: Record<string, Request> = {
  GET: {},
  HEAD: { method: "HEAD" },
  "POST with a body": { method: "POST", body: "hello" },
  "POST in chunks": { method: "POST", body: ["one ", "two"] },
  gRPC: { method: "POST", headers: [["content-type", "application/grpc"]], body: "hello" },
};

/** `send_local_response`: from every phase, twice, with everything that it can be given. */
export const localReplies: Scenario[] = [
  ...PHASES.map((phase): Scenario => {
    const isAfter = /log|done|delete/.test(phase);
    const steps = [reply(418)];
    return one(`local reply/in ${spoken(phase)}`, during(phase, steps), { ...EVERYTHING, apart: isAfter });
  }),
  ...[0, 1, 2, 3].map((status) =>
    one(
      `local reply/in request headers that return ${status}`,
      { [AT_HEADERS]: [reply(418), ["return", status]] },
      EVERYTHING,
    ),
  ),
  ...SHAPES.map(([title, status, options]) =>
    one(`local reply/${title}`, { [AT_HEADERS]: [reply(status, options)] }),
  ),
  ...ODD_STATUSES.map((status) => one(`local reply/status ${status}`, { [AT_HEADERS]: [reply(status)] })),
  ...[204, 304].map((status) =>
    one(`local reply/status ${status} without a body`, { [AT_HEADERS]: [reply(status, { body: "" })] }),
  ),
  ...Object.entries(REQUESTS).flatMap(([title, request]) =>
    [200, 403, 503].map((status) =>
      one(`local reply/${status} to ${title}`, { [AT_HEADERS]: [reply(status)] }, { requests: [request] }),
    ),
  ),
  ...[0, 3, 7, 16, 20].map((grpc) =>
    one(
      `local reply/grpc status ${grpc} to gRPC`,
      { [AT_HEADERS]: [reply(403, { grpc })] },
      { requests: [REQUESTS["gRPC"]!] },
    ),
  ),
  ...[400, 401, 404, 429, 500, 502, 504].map((status) =>
    one(
      `local reply/${status} to gRPC`,
      { [AT_HEADERS]: [reply(status)] },
      { requests: [REQUESTS["gRPC"]!] },
    ),
  ),
  one("local reply/its headers edited on the way", {
    [AT_HEADERS]: [reply(418)],
    proxy_on_response_headers: [
      ["proxy_get_header_map_pairs", 2],
      ["proxy_get_header_map_value", 0, ":path"],
      ["proxy_replace_header_map_value", 2, "x-reply", "edited"],
      ["proxy_add_header_map_value", 2, "x-added", "1"],
    ],
    proxy_on_response_body: [["proxy_get_buffer_bytes", 1, 0, 100]],
  }),
  one("local reply/its body edited on the way", {
    [AT_HEADERS]: [reply(418)],
    proxy_on_response_headers: [["proxy_remove_header_map_value", 2, "content-length"]],
    proxy_on_response_body: [["proxy_set_buffer_bytes", 1, 0, 100, "replaced"]],
  }),
  one(
    "local reply/its headers paused and resumed",
    {
      [AT_HEADERS]: [reply(418)],
      proxy_on_response_headers: [call(), ["return", 4]],
      proxy_on_http_call_response: resume(1),
    },
    { clusters: SERVICE },
  ),
  one("local reply/its headers paused for good", {
    [AT_HEADERS]: [reply(418)],
    proxy_on_response_headers: [["return", 1]],
  }),
  one("local reply/its body buffered", {
    [AT_HEADERS]: [reply(418)],
    proxy_on_response_body: [["return", 1]],
  }),
  one("local reply/replied to on the way", {
    [AT_HEADERS]: [reply(418)],
    proxy_on_response_headers: { each: [[reply(419, { body: "second" })], []] },
  }),
  one(
    "local reply/from a callout",
    {
      [AT_HEADERS]: [call(), ["return", 4]],
      proxy_on_http_call_response: [INTO_STREAM, reply(418)],
    },
    { ...EVERYTHING, clusters: SERVICE },
  ),
  one(
    "local reply/from a callout in the response phase",
    {
      proxy_on_response_headers: [call(), ["return", 4]],
      proxy_on_http_call_response: [INTO_STREAM, reply(418)],
    },
    { ...EVERYTHING, clusters: SERVICE },
  ),
  one(
    "local reply/from a callout while the response body is held",
    {
      proxy_on_response_body: [
        ["if-end", call()],
        ["return", 1],
      ],
      proxy_on_http_call_response: [INTO_STREAM, reply(418)],
    },
    { upstream: [{ body: ["up", "stream"] }], clusters: SERVICE },
  ),
  one(
    "local reply/from a callout while the request body is held",
    {
      proxy_on_request_body: [
        ["if-end", call()],
        ["return", 1],
      ],
      proxy_on_http_call_response: [INTO_STREAM, reply(418)],
    },
    { requests: [{ method: "POST", body: ["bo", "dy"] }], clusters: SERVICE },
  ),
  one(
    "local reply/from a root context",
    {
      [AT_HEADERS]: [call(), ["return", 4]],
      proxy_on_http_call_response: [reply(418), ...resume(0)],
    },
    { clusters: SERVICE },
  ),
  one("local reply/in configure", { proxy_on_configure: [reply(418)] }),
  one("local reply/in vm start", { proxy_on_vm_start: [reply(418)] }),
  one("local reply/from a tick", {
    [AT_HEADERS]: [
      ["proxy_set_tick_period_milliseconds", 60],
      ["return", 4],
    ],
    proxy_on_tick: [["proxy_set_tick_period_milliseconds", 0], INTO_STREAM, reply(418)],
  }),
  one("local reply/twice in request headers", {
    [AT_HEADERS]: [reply(418), reply(419, { details: "second", body: "2" })],
  }),
  one(
    "local reply/twice from a callout",
    {
      [AT_HEADERS]: [call(), ["return", 4]],
      proxy_on_http_call_response: [INTO_STREAM, reply(418), reply(419, { details: "second", body: "2" })],
    },
    { clusters: SERVICE },
  ),
  one(
    "local reply/and continue in request headers",
    { [AT_HEADERS]: [reply(418), ["proxy_continue_stream", 0]] },
    EVERYTHING,
  ),
  one(
    "local reply/and continue from a callout",
    {
      [AT_HEADERS]: [call(), ["return", 4]],
      proxy_on_http_call_response: [INTO_STREAM, reply(418), ["proxy_continue_stream", 0]],
    },
    { clusters: SERVICE },
  ),
  one("local reply/and trap", { [AT_HEADERS]: [reply(418), ["trap"]] }),
  one(
    "local reply/late, after the request went on",
    { proxy_on_request_body: { each: [[], [reply(418)], []] } },
    EVERYTHING,
  ),
];
