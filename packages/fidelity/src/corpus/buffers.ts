import type { Scenario, Step } from "../scenario.ts";
import { call, during, EVERYTHING, INTO_STREAM, one, PHASES, resume, SERVICE, spoken } from "./parts.ts";

const RANGES = [
  [0, 100],
  [0, 0],
  [1, 2],
  [3, 100],
  [100, 1],
  [-1, 1],
  [1, -1],
  [0, -1],
] as const;
const EDITS = [
  [0, 0],
  [0, 2],
  [0, 4],
  [0, 100],
  [2, 1],
  [3, 0],
  [4, 0],
  [100, 0],
  [-1, 0],
  [0, -1],
] as const;
const FREE: Step[] = [["proxy_remove_header_map_value", 0, "content-length"]];
const FREE_RESPONSE: Step[] = [["proxy_remove_header_map_value", 2, "content-length"]];

function look(buffer: number): Step[] {
  return [
    ["proxy_get_buffer_status", buffer],
    ["proxy_get_buffer_bytes", buffer, 0, 100],
  ];
}

/** `get_buffer_bytes`, `set_buffer_bytes` and `get_buffer_status`: every range, every buffer, every phase. */
export const buffers: Scenario[] = [
  ...PHASES.map((phase) =>
    one(
      `buffers/all in ${spoken(phase)}`,
      during(phase, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, -1].flatMap(look)),
      {
        ...EVERYTHING,
        plugin: { configuration: "config", vmConfiguration: "vm config" },
      },
    ),
  ),
  ...["proxy_on_vm_start", "proxy_on_configure", "proxy_on_context_create"].map((callback) =>
    one(
      `buffers/all in ${spoken(callback)} of a root context`,
      {
        [callback]: { each: [[0, 1, 4, 5, 6, 7, 8, 9].flatMap(look), []] },
      },
      { plugin: { configuration: "config", vmConfiguration: "vm config" } },
    ),
  ),
  ...PHASES.map((phase) =>
    one(
      `buffers/set in ${spoken(phase)}`,
      during(
        phase,
        [0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map((buffer): Step => ["proxy_set_buffer_bytes", buffer, 0, 0, "+"]),
      ),
      EVERYTHING,
    ),
  ),
  ...RANGES.map(([start, length]) =>
    one(
      `buffers/get ${start}, ${length}`,
      {
        proxy_on_request_body: [["proxy_get_buffer_bytes", 0, start, length]],
        proxy_on_response_body: [["proxy_get_buffer_bytes", 1, start, length]],
      },
      { requests: [{ method: "POST", body: "body" }] },
    ),
  ),
  ...EDITS.flatMap(([start, size]) => [
    one(
      `buffers/set ${start}, ${size}`,
      {
        proxy_on_request_headers: FREE,
        proxy_on_response_headers: FREE_RESPONSE,
        proxy_on_request_body: [["proxy_set_buffer_bytes", 0, start, size, "NEW"], ...look(0)],
        proxy_on_response_body: [["proxy_set_buffer_bytes", 1, start, size, "NEW"], ...look(1)],
      },
      { requests: [{ method: "POST", body: "body" }] },
    ),
    one(
      `buffers/set ${start}, ${size} at the end of what was buffered`,
      {
        proxy_on_request_headers: FREE,
        proxy_on_response_headers: FREE_RESPONSE,
        proxy_on_request_body: [
          ["if-end", ["proxy_set_buffer_bytes", 0, start, size, "NEW"], ...look(0), ["return", 0]],
          ["return", 1],
        ],
        proxy_on_response_body: [
          ["if-end", ["proxy_set_buffer_bytes", 1, start, size, "NEW"], ...look(1), ["return", 0]],
          ["return", 1],
        ],
      },
      { requests: [{ method: "POST", body: ["bo", "dy"] }], upstream: [{ body: ["up", "stream"] }] },
    ),
    one(
      `buffers/set ${start}, ${size} from a callout`,
      {
        proxy_on_request_headers: FREE,
        proxy_on_request_body: [
          ["if-end", call()],
          ["return", 1],
        ],
        proxy_on_http_call_response: [
          INTO_STREAM,
          ["proxy_set_buffer_bytes", 0, start, size, "NEW"],
          ...look(0),
          ["proxy_continue_stream", 0],
          ...look(0),
        ],
      },
      { requests: [{ method: "POST", body: ["bo", "dy"] }], clusters: SERVICE },
    ),
  ]),
  ...[1, 2, 3].map((status) =>
    one(
      `buffers/seen from a callout while held with ${status}`,
      {
        proxy_on_request_body: [
          ["if-end", call()],
          ["return", status],
        ],
        proxy_on_http_call_response: [
          INTO_STREAM,
          ...look(0),
          ["proxy_set_buffer_bytes", 0, 0, 2, "NEW"],
          ...look(0),
          ["proxy_continue_stream", 0],
        ],
      },
      { requests: [{ method: "POST", body: ["bo", "dy"] }], clusters: SERVICE, apart: status !== 1 },
    ),
  ),
  one(
    "buffers/emptied in every callback",
    {
      proxy_on_request_headers: FREE,
      proxy_on_response_headers: FREE_RESPONSE,
      proxy_on_request_body: [["proxy_set_buffer_bytes", 0, 0, 100, ""]],
      proxy_on_response_body: [["proxy_set_buffer_bytes", 1, 0, 100, ""]],
    },
    { requests: [{ method: "POST", body: ["bo", "dy"] }], upstream: [{ body: ["up", "stream"] }] },
  ),
  one(
    "buffers/replaced with the old content-length",
    {
      proxy_on_request_body: { each: [[["proxy_set_buffer_bytes", 0, 0, 100, "a longer body"]], []] },
    },
    { requests: [{ method: "POST", body: "body" }] },
  ),
  one(
    "buffers/replaced by a shorter one with the old content-length",
    {
      proxy_on_request_body: { each: [[["proxy_set_buffer_bytes", 0, 0, 100, "b"]], []] },
    },
    { requests: [{ method: "POST", body: "body" }] },
  ),
  one("buffers/a response replaced with the old content-length", {
    proxy_on_response_body: { each: [[["proxy_set_buffer_bytes", 1, 0, 100, "a longer body"]], []] },
  }),
  one("buffers/a response replaced by a shorter one with the old content-length", {
    proxy_on_response_body: { each: [[["proxy_set_buffer_bytes", 1, 0, 100, "b"]], []] },
  }),
  one(
    "buffers/a request made of nothing",
    {
      proxy_on_request_headers: [call(), ["return", 4]],
      proxy_on_http_call_response: [
        INTO_STREAM,
        ["proxy_set_buffer_bytes", 0, 0, 0, "made"],
        ["proxy_continue_stream", 0],
      ],
    },
    { clusters: SERVICE },
  ),
  one(
    "buffers/of a callout, before and after the stream is entered",
    {
      proxy_on_request_headers: [call(), ["return", 4]],
      proxy_on_http_call_response: [
        ...look(4),
        ["proxy_get_header_map_pairs", 6],
        ...resume(0),
        ...look(4),
        ["proxy_set_buffer_bytes", 4, 0, 0, "x"],
      ],
    },
    { clusters: SERVICE },
  ),
];
