import { HOST_FUNCTIONS, SIZES } from "@gateway-plugins/test-parts/guests/abi";
import { encodePairs } from "@gateway-plugins/test-parts/guests/assemble";
import type { Argument, Scenario, Step } from "../scenario.ts";
import { one, reply } from "./parts.ts";

const AT_HEADERS = "proxy_on_request_headers";
const BAD = 0x7f000000;
/** What they do must not depend on what the scenario is about. */
const UNTRIED = new Set([
  "proxy_done",
  "proxy_continue_stream",
  "proxy_close_stream",
  "proxy_set_tick_period_milliseconds",
]);

/** One call for each pointer of a host function that is beyond the end of memory, all others being good. */
function withBadPointers(name: string): Step[] {
  const kinds = HOST_FUNCTIONS[name]!;
  return kinds.flatMap((kind, bad): Step[] => {
    if (kind === "number" || kind === "long") return [];
    const values = kinds.flatMap((each, index): number[] => {
      if (index === bad) return SIZES[each].length === 2 ? [BAD, each === "bytes" ? 4 : 48] : [BAD];
      if (each === "bytes") return [64, 0];
      if (each === "number" || each === "long") return [0];
      return SIZES[each].length === 2 ? [40, 44] : [40];
    });
    return [["raw", name, ...values]];
  });
}

const good = (pairs: [string, string][]): string => encodePairs(pairs).toString("hex");
const PAIRS: Readonly<Record<string, Argument>> = {
  empty: "",
  "a count of 0": { hex: "00000000" },
  "a count alone": { hex: "01000000" },
  "three bytes": { hex: "010000" },
  "a huge count": { hex: "ffffffff" },
  "a huge name length": { hex: "01000000ffffff7f0000000041004200" },
  "lengths beyond the end": { hex: "01000000050000000500000041004200" },
  "no terminators": { hex: "0100000001000000010000004142" },
  "bytes behind the end": { hex: `${good([["x-a", "1"]])}ffff` },
  "a NUL in a value": { hex: good([["x-a", "1\u00002"]]) },
  "an empty name": { hex: good([["", "1"]]) },
  "upper case": { hex: good([["X-Upper", "1"]]) },
  "one name twice": {
    hex: good([
      ["x-a", "1"],
      ["x-a", "2"],
    ]),
  },
};

/** Pointers beyond the end of memory in every parameter of every host function, and pairs that are none. */
export const malformed: Scenario[] = [
  ...Object.keys(HOST_FUNCTIONS)
    .filter((name) => !UNTRIED.has(name) && withBadPointers(name).length > 0)
    .map((name) =>
      one(
        `bad pointers/${name}`,
        { [AT_HEADERS]: withBadPointers(name) },
        /grpc_(call|stream)/.test(name) ? { apart: true } : {},
      ),
    ),
  ...Object.entries(PAIRS).flatMap(([title, pairs]) => [
    one(`malformed pairs/${title}, set on a response`, {
      proxy_on_response_headers: [
        ["proxy_set_header_map_pairs", 2, pairs],
        ["proxy_get_header_map_pairs", 2],
      ],
    }),
    one(`malformed pairs/${title}, in a local response`, { [AT_HEADERS]: [reply(403, { headers: pairs })] }),
    one(`malformed pairs/${title}, set on a request`, {
      [AT_HEADERS]: [
        ["proxy_set_header_map_pairs", 0, pairs],
        ["proxy_get_header_map_pairs", 0],
      ],
    }),
  ]),
];

const FUNCTIONS: [string, Argument][] = [
  ["compress", "some text"],
  ["compress", ""],
  ["uncompress", "no zlib"],
  ["uncompress", ""],
  ["clear_route_cache", ""],
  ["clear_route_cache", "x"],
  ["expr_create", "request.path"],
  ["expr_create", "no expression ("],
  ["expr_create", ""],
  ["expr_evaluate", ""],
  ["expr_evaluate", { hex: "ffffffff" }],
  ["expr_delete", { hex: "ffffffff" }],
  ["set_envoy_filter_state", "garbage"],
  ["set_envoy_filter_state", ""],
  ["declare_property", "garbage"],
  ["declare_property", ""],
  ["verify_signature", "garbage"],
  ["sign", "garbage"],
  ["unknown", "x"],
  ["", ""],
  ["get_log_level", ""],
];

/** Envoy's foreign functions, with arguments that fit and that do not. */
export const foreign: Scenario[] = [
  one("foreign functions/all in request headers", {
    [AT_HEADERS]: FUNCTIONS.map(([name, argument]): Step => ["proxy_call_foreign_function", name, argument]),
  }),
  ...["proxy_on_log", "proxy_on_done"].map((callback) =>
    one(`foreign functions/all in ${callback}`, {
      [callback]: FUNCTIONS.map(([name, argument]): Step => ["proxy_call_foreign_function", name, argument]),
    }),
  ),
  ...FUNCTIONS.map(([name, argument], index) =>
    one(`foreign functions/${name} (${index})`, {
      [AT_HEADERS]: [["proxy_call_foreign_function", name, argument]],
    }),
  ),
];
