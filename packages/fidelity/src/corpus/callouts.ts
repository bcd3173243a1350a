import type { Argument, Response, Scenario, Service, Step } from "../scenario.ts";
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
/** What a callout's callback can see. */
const LOOK: Step[] = [
  ["proxy_get_header_map_pairs", 6],
  ["proxy_get_header_map_value", 6, ":status"],
  ["proxy_get_header_map_value", 6, "x-a"],
  ["proxy_get_header_map_pairs", 7],
  ["proxy_get_buffer_status", 4],
  ["proxy_get_buffer_bytes", 4, 0, 2000],
  ["proxy_get_status"],
];

const SHAPES: Readonly<Record<string, { service: Service; timeout?: number }>> = {
  "an answer": {
    service: [
      {
        body: "answer",
        headers: [
          ["x-a", "1"],
          ["x-a", "2"],
        ],
      },
    ],
  },
  "an empty answer": { service: [{ status: 204, body: "" }] },
  "an error": { service: [{ status: 500, body: "no" }] },
  "chunks and trailers": { service: [{ body: ["an", "swer"], trailers: [["x-t", "1"]] }] },
  "a timeout": { service: [{ silent: true }], timeout: 500 },
  "a close in place of an answer": { service: [{ cut: "before" }] },
  "a close after the head": { service: [{ body: ["an", "swer"], cut: "after-head" }] },
  "a close in the body": { service: [{ body: ["an", "swer"], cut: 1 }] },
  garbage: { service: [{ raw: "this is not HTTP\r\n\r\n", cut: "before" }] },
  "a refused connection": { service: "refused" },
};
const FOLLOW_UPS: Readonly<Record<string, Step[]>> = {
  resumed: resume(0),
  answered: [INTO_STREAM, reply(403)],
  "asked again": [],
};

function shaped(shape: string, followUp: string): Scenario {
  const { service, timeout } = SHAPES[shape]!;
  const next = FOLLOW_UPS[followUp]!;
  const callback =
    next.length > 0 ? [...LOOK, ...next] : { each: [[...LOOK, call()], [...LOOK, ...resume(0)], []] };
  const answers: readonly Response[] | undefined = typeof service === "string" ? undefined : service;
  return one(
    `http callout/${shape}, then ${followUp}`,
    { [AT_HEADERS]: [call({ timeout }), ["return", 4]], proxy_on_http_call_response: callback },
    { clusters: { service: answers === undefined ? service : [...answers, { body: "second" }] } },
  );
}

const HEADERS = [
  [":method", "GET"],
  [":path", "/call"],
  [":authority", "service.test"],
] as const;
const REFUSED: Readonly<Record<string, Parameters<typeof call>[0]>> = {
  "an unknown cluster": { cluster: "unknown" },
  "no cluster": { cluster: "" },
  "no headers": { headers: "" },
  "no method": { headers: HEADERS.slice(1) },
  "no path": { headers: [HEADERS[0], HEADERS[2]] },
  "no authority": { headers: HEADERS.slice(0, 2) },
  "host for authority": { headers: [HEADERS[0], HEADERS[1], ["host", "h.test"]] },
  "a negative timeout": { timeout: -1 },
  "malformed headers": { headers: { hex: "ff000000" } as Argument },
  "a cluster without hosts": { cluster: { cluster: "empty" } },
  "a body and trailers": {
    headers: [[":method", "POST"], ...HEADERS.slice(1)],
    body: "asking",
    trailers: [["x-t", "1"]],
  },
  "a body behind a GET": { body: "asking" },
  "its own content-length": { headers: [...HEADERS, ["content-length", "99"]], body: "asking" },
  "headers twice": { headers: [...HEADERS, ["x-a", "1"], ["x-a", "2"], ["X-B", "3"]] },
  "authority and host": { headers: [...HEADERS, ["host", "other.test"]] },
  "a bad header": { headers: [...HEADERS, ["x-bad", "a\r\nb"]] },
  "a path without a slash": { headers: [HEADERS[0], [":path", "call"], HEADERS[2]] },
  "a HEAD": { headers: [[":method", "HEAD"], ...HEADERS.slice(1)] },
};

/** HTTP callouts: every failure with every follow-up, what is refused, and from which callback they can be made. */
export const callouts: Scenario[] = [
  ...Object.keys(SHAPES).flatMap((shape) =>
    Object.keys(FOLLOW_UPS).map((followUp) => shaped(shape, followUp)),
  ),
  ...Object.entries(REFUSED).map(([title, options]) =>
    one(
      `http callout/with ${title}`,
      {
        [AT_HEADERS]: [call(options), ["proxy_set_tick_period_milliseconds", 300], ["return", 4]],
        proxy_on_http_call_response: LOOK,
        proxy_on_tick: [["proxy_set_tick_period_milliseconds", 0], ...resume(0)],
      },
      { clusters: { ...SERVICE, empty: "none" } },
    ),
  ),
  ...PHASES.map((phase) =>
    one(
      `http callout/from ${spoken(phase)}`,
      { ...during(phase, [call()]), proxy_on_http_call_response: LOOK },
      { ...EVERYTHING, clusters: SERVICE, until: "get_status" },
    ),
  ),
  one(
    "http callout/two, resumed by the second",
    {
      [AT_HEADERS]: [call(), call(), ["return", 4]],
      proxy_on_http_call_response: { each: [[["proxy_get_buffer_bytes", 4, 0, 10]], resume(0), []] },
    },
    { clusters: SERVICE },
  ),
  one(
    "http callout/for a stream that is gone",
    {
      [AT_HEADERS]: [call()],
      proxy_on_http_call_response: [
        INTO_STREAM,
        ["proxy_get_header_map_value", 0, ":path"],
        ["proxy_continue_stream", 0],
        reply(403),
      ],
    },
    {
      clusters: { service: [{ body: ["slow ", "slower ", "slowest"] }] },
      upstream: [{ early: true }],
      until: "send_local_response",
    },
  ),
  ...(["proxy_on_http_call_response", "proxy_on_request_headers"] as const).map((callback) =>
    one(
      `http callout/what ${spoken(callback)} may do with the answer`,
      {
        [AT_HEADERS]: [call(), ["return", 4]],
        proxy_on_http_call_response: resume(0),
        [callback]: [
          ...(callback === AT_HEADERS ? [call()] : []),
          ["proxy_add_header_map_value", 6, "x", "1"],
          ["proxy_set_header_map_pairs", 6, [["x", "1"]]],
          ["proxy_remove_header_map_value", 6, ":status"],
          ["proxy_get_header_map_size", 6],
          ["proxy_get_header_map_size", 7],
          ["proxy_set_buffer_bytes", 4, 0, 0, "x"],
          ...(callback === AT_HEADERS ? [["return", 4] as Step] : resume(0)),
        ],
      },
      { clusters: SERVICE },
    ),
  ),
];
