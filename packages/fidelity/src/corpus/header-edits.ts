import type { Scenario, Step } from "../scenario.ts";
import { during, EVERYTHING, one, PHASES, spoken } from "./parts.ts";

const MAPS = { "request headers": 0, "request trailers": 1, "response headers": 2, "response trailers": 3 };

function everyVerb(map: number): Step[] {
  return [
    [map === 2 ? "~proxy_get_header_map_size" : "proxy_get_header_map_size", map],
    ["proxy_get_header_map_value", map, "X-One"],
    ["proxy_get_header_map_value", map, "x-empty"],
    ["proxy_get_header_map_value", map, "absent"],
    ["proxy_get_header_map_value", map, ""],
    ["proxy_get_header_map_value", map, ":path"],
    ["proxy_get_header_map_value", map, "host"],
    ["proxy_get_header_map_value", map, ":status"],
    ["proxy_add_header_map_value", map, "X-Added", "1"],
    ["proxy_add_header_map_value", map, "x-added", "2"],
    ["proxy_replace_header_map_value", map, "x-one", "replaced"],
    ["proxy_replace_header_map_value", map, "x-new", ""],
    ["proxy_remove_header_map_value", map, "x-from"],
    ["proxy_remove_header_map_value", map, "absent"],
    ["proxy_get_header_map_value", map, "x-added"],
    ["proxy_get_header_map_pairs", map],
    [map === 2 ? "~proxy_get_header_map_size" : "proxy_get_header_map_size", map],
  ];
}

/** Names on which Envoy joins values, or that it owns. */
const KNOWN = [
  "accept",
  "cookie",
  "cache-control",
  "content-type",
  "user-agent",
  "te",
  "x-forwarded-for",
  "x-request-id",
  "via",
  "referer",
  "authorization",
  "etag",
  "server",
  "date",
  "location",
  "set-cookie",
  "grpc-status",
  "vary",
  "origin",
  "accept-encoding",
  "x-forwarded-host",
  "if-none-match",
  "access-control-request-headers",
  "traceparent",
  "expect",
  "pragma",
  "x-b3-traceid",
  "content-encoding",
  "grpc-message",
  "www-authenticate",
  "last-modified",
  "age",
  "transfer-encoding",
  "keep-alive",
  "proxy-connection",
  "upgrade",
];

function editing(name: string, steps: Step[], more: Partial<Scenario> = {}): Scenario {
  return one(`header edits/${name}`, { proxy_on_request_headers: steps }, more);
}
function responding(name: string, steps: Step[], more: Partial<Scenario> = {}): Scenario {
  return one(`header edits/${name}`, { proxy_on_response_headers: steps }, more);
}
const ALL = [
  [":method", "GET"],
  [":path", "/all"],
  [":authority", "all.test"],
  [":scheme", "http"],
  ["x-forwarded-proto", "http"],
] as const;

/** Every verb on every map in every phase, and the headers that gateways treat in ways of their own. */
export const headerEdits: Scenario[] = [
  ...Object.entries(MAPS).flatMap(([title, map]) =>
    PHASES.map((phase) =>
      one(
        `header edits/every verb on ${title} in ${spoken(phase)}`,
        during(phase, everyVerb(map)),
        EVERYTHING,
      ),
    ),
  ),
  ...Object.entries(MAPS).map(([title, map]) =>
    one(
      `header edits/trailers made in body callbacks: ${title}`,
      {
        proxy_on_request_body: [
          ["proxy_add_header_map_value", map, "x-made", "1"],
          ["proxy_get_header_map_pairs", map],
        ],
        proxy_on_response_body: [
          ["proxy_add_header_map_value", map, "x-made", "1"],
          ["proxy_get_header_map_pairs", map],
        ],
      },
      { requests: [{ method: "POST", body: ["one"] }], upstream: [{ body: ["up"] }] },
    ),
  ),
  ...KNOWN.flatMap((name) => [
    editing(`add ${name} twice to a request`, [
      ["proxy_add_header_map_value", 0, name, "a"],
      ["proxy_add_header_map_value", 0, name, "b"],
      ["proxy_get_header_map_value", 0, name],
      ["proxy_get_header_map_pairs", 0],
    ]),
    responding(`add ${name} twice to a response`, [
      ["proxy_add_header_map_value", 2, name, "a"],
      ["proxy_add_header_map_value", 2, name, "b"],
      ["proxy_get_header_map_value", 2, name],
    ]),
  ]),
  ...[":method", ":path", ":authority", ":scheme", "host", "x-forwarded-proto"].flatMap((name) => [
    editing(`remove ${name}`, [
      ["proxy_remove_header_map_value", 0, name],
      ["proxy_get_header_map_value", 0, name],
    ]),
    editing(`add to ${name}`, [
      ["proxy_add_header_map_value", 0, name, "x"],
      ["proxy_get_header_map_value", 0, name],
    ]),
    editing(`replace ${name} with nothing`, [
      ["proxy_replace_header_map_value", 0, name, ""],
      ["proxy_get_header_map_value", 0, name],
    ]),
  ]),
  editing("replace :method", [["proxy_replace_header_map_value", 0, ":method", "PUT"]]),
  editing("replace :path", [["proxy_replace_header_map_value", 0, ":path", "/other?x=1"]]),
  editing("replace :authority", [["proxy_replace_header_map_value", 0, ":authority", "other.test"]]),
  editing("replace host", [["proxy_replace_header_map_value", 0, "host", "other.test"]]),
  editing("replace :scheme", [["proxy_replace_header_map_value", 0, ":scheme", "https"]]),
  editing("a :path without a slash", [["proxy_replace_header_map_value", 0, ":path", "other"]]),
  editing("a :path with a blank", [["proxy_replace_header_map_value", 0, ":path", "/a b"]]),
  editing("a :method with a blank", [["proxy_replace_header_map_value", 0, ":method", "GE T"]]),
  editing("an unknown pseudo header", [["proxy_add_header_map_value", 0, ":foo", "bar"]]),
  editing("all pairs", [
    ["proxy_set_header_map_pairs", 0, [...ALL, ["x-a", "1"], ["X-A", "2"]]],
    ["proxy_get_header_map_pairs", 0],
  ]),
  editing("all pairs, pseudo headers last", [
    ["proxy_set_header_map_pairs", 0, [["x-a", "1"], ...ALL]],
    ["proxy_get_header_map_pairs", 0],
  ]),
  editing("all pairs without x-forwarded-proto", [["proxy_set_header_map_pairs", 0, ALL.slice(0, 4)]]),
  editing("no pairs", [
    ["proxy_set_header_map_pairs", 0, []],
    ["proxy_get_header_map_pairs", 0],
    ["proxy_get_header_map_size", 0],
  ]),
  editing("malformed pairs", [
    ["proxy_set_header_map_pairs", 0, { hex: "02000000ff" }],
    ["proxy_get_header_map_pairs", 0],
  ]),
  editing("1024 pairs", [
    ["proxy_set_header_map_pairs", 0, [...ALL, ...many(1019)]],
    ["proxy_get_header_map_size", 0],
  ]),
  editing("1025 pairs", [
    ["proxy_set_header_map_pairs", 0, [...ALL, ...many(1020)]],
    ["proxy_get_header_map_size", 0],
  ]),
  ...["\r\nInjected: 1", "\n", "\0", "\x01", "\x7f", "tab\tinside", "\x80\xff", " spaces ", "\u00e4"].flatMap(
    (value, index) => [
      editing(`odd value ${index} on a request`, [
        ["proxy_add_header_map_value", 0, "x-odd", `v${value}`],
        ["proxy_get_header_map_value", 0, "x-odd"],
      ]),
      responding(`odd value ${index} on a response`, [
        ["proxy_add_header_map_value", 2, "x-odd", `v${value}`],
        ["proxy_get_header_map_value", 2, "x-odd"],
      ]),
    ],
  ),
  ...["", "a b", "a:b", "a\r\nb", "a\0b", "\xff", "a(b)", "A_B.c", "x-\u00e4"].flatMap((name, index) => [
    editing(`odd name ${index} on a request`, [
      ["proxy_add_header_map_value", 0, name, "v"],
      ["proxy_get_header_map_value", 0, name],
    ]),
    responding(`odd name ${index} on a response`, [
      ["proxy_add_header_map_value", 2, name, "v"],
      ["proxy_get_header_map_value", 2, name],
    ]),
  ]),
  ...["201", "404", "0", "99", "101", "204", "304", "600", "1000", "abc", "", "20 0"].map((status) =>
    responding(`:status "${status}"`, [
      ["proxy_replace_header_map_value", 2, ":status", status],
      ["proxy_get_header_map_value", 2, ":status"],
    ]),
  ),
  responding("remove :status", [["proxy_remove_header_map_value", 2, ":status"]]),
  responding("add to :status", [["proxy_add_header_map_value", 2, ":status", "201"]]),
  responding("all pairs of a response", [
    [
      "proxy_set_header_map_pairs",
      2,
      [
        [":status", "202"],
        ["x-a", "1"],
        ["x-a", "2"],
      ],
    ],
    ["proxy_get_header_map_pairs", 2],
  ]),
  responding("all pairs without :status", [["proxy_set_header_map_pairs", 2, [["x-a", "1"]]]]),
  responding("host on a response", [
    ["proxy_add_header_map_value", 2, "host", "h"],
    ["proxy_get_header_map_value", 2, ":authority"],
    ["proxy_get_header_map_pairs", 2],
  ]),
  responding("connection headers", [
    ["proxy_add_header_map_value", 2, "connection", "close"],
    ["proxy_add_header_map_value", 2, "keep-alive", "x"],
    ["proxy_add_header_map_value", 2, "upgrade", "x"],
  ]),
  responding("server and date", [
    ["proxy_replace_header_map_value", 2, "server", "mine"],
    ["proxy_replace_header_map_value", 2, "date", "mine"],
  ]),
  responding("remove date and server", [
    ["proxy_remove_header_map_value", 2, "date"],
    ["proxy_remove_header_map_value", 2, "server"],
    ["proxy_get_header_map_pairs", 2],
  ]),
  responding("a wrong content-length", [["proxy_replace_header_map_value", 2, "content-length", "3"]]),
  responding("a content-length too long", [["proxy_replace_header_map_value", 2, "content-length", "30"]]),
  responding("no content-length", [["proxy_remove_header_map_value", 2, "content-length"]]),
  editing("content-length on a GET", [["proxy_add_header_map_value", 0, "content-length", "5"]]),
  editing("transfer-encoding on a GET", [["proxy_add_header_map_value", 0, "transfer-encoding", "chunked"]]),
  ...["3", "30", "abc", "-1", ""].map((length) =>
    editing(
      `content-length "${length}" on a POST`,
      [["proxy_replace_header_map_value", 0, "content-length", length]],
      { requests: [{ method: "POST", body: "hello" }] },
    ),
  ),
  editing("no content-length on a POST", [["proxy_remove_header_map_value", 0, "content-length"]], {
    requests: [{ method: "POST", body: "hello" }],
  }),
  editing("a value of 70,000 bytes", [
    ["proxy_add_header_map_value", 0, "x-long", { repeat: "x", times: 70_000 }],
  ]),
  ...[4, 5, 6, 7, 8, 9, -1].map((map) => editing(`every verb on map ${map}`, everyVerb(map))),
];

function many(count: number): [string, string][] {
  return Array.from({ length: count }, (_, index) => [`x-${index}`, "v"]);
}
