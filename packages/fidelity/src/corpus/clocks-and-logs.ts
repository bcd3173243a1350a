import type { Scenario, Step } from "../scenario.ts";
import { call, during, EVERYTHING, INTO_STREAM, one, PHASES, reply, SERVICE, spoken } from "./parts.ts";

const AT_HEADERS = "proxy_on_request_headers";
const STOP: Step = ["proxy_set_tick_period_milliseconds", 0];
/** Behind an exchange, also on a busy machine. */
const TICK: Step = ["proxy_set_tick_period_milliseconds", 600];

/** In a tick that is the root's: what it can reach. */
const REACH: Step[] = [
  ["proxy_get_header_map_value", 0, ":path"],
  ["proxy_get_header_map_pairs", 2],
  ["proxy_get_buffer_bytes", 0, 0, 10],
  ["proxy_get_property", "plugin_root_id"],
  ["proxy_get_property", "request\0path"],
  ["proxy_continue_stream", 0],
  ["proxy_get_status"],
];

/** Ticks, the clock, log levels, `proxy_done`, and the context that is in effect. */
export const clocksAndLogs: Scenario[] = [
  ...["proxy_on_vm_start", "proxy_on_configure", AT_HEADERS, "proxy_on_log", "proxy_on_done"].map(
    (callback) =>
      one(
        `ticks/set in ${spoken(callback)}`,
        { [callback]: [TICK], proxy_on_tick: [STOP, ...REACH] },
        { until: "on_tick" },
      ),
  ),
  one(
    "ticks/until stopped",
    { [AT_HEADERS]: [TICK], proxy_on_tick: { each: [[], [], [STOP], []] } },
    { until: "milliseconds(0)" },
  ),
  one("ticks/set and stopped at once", { [AT_HEADERS]: [TICK, STOP] }),
  one("ticks/a period of -1", { [AT_HEADERS]: [["proxy_set_tick_period_milliseconds", -1]] }),
  one("ticks/a held request resumed", {
    [AT_HEADERS]: [TICK, ["return", 4]],
    proxy_on_tick: [
      STOP,
      INTO_STREAM,
      ["proxy_add_header_map_value", 0, "x-tick", "1"],
      ["proxy_continue_stream", 0],
    ],
  }),
  one("ticks/a held response resumed", {
    proxy_on_response_headers: [TICK, ["return", 4]],
    proxy_on_tick: [
      STOP,
      INTO_STREAM,
      ["proxy_add_header_map_value", 2, "x-tick", "1"],
      ["proxy_continue_stream", 1],
    ],
  }),
  one(
    "ticks/a held request answered",
    { [AT_HEADERS]: [TICK, ["return", 4]], proxy_on_tick: [STOP, INTO_STREAM, reply(429)] },
    EVERYTHING,
  ),
  one("ticks/a held request closed", {
    [AT_HEADERS]: [TICK, ["return", 4]],
    proxy_on_tick: [STOP, INTO_STREAM, ["proxy_close_stream", 0]],
  }),
  one(
    "ticks/a callout for a held request",
    {
      [AT_HEADERS]: [TICK, ["return", 4]],
      proxy_on_tick: [STOP, call()],
      proxy_on_http_call_response: [
        ["proxy_get_buffer_bytes", 4, 0, 100],
        INTO_STREAM,
        ["proxy_continue_stream", 0],
      ],
    },
    { clusters: SERVICE },
  ),
  ...PHASES.map((phase) =>
    one(
      `clock/in ${spoken(phase)}`,
      during(phase, [["~proxy_get_current_time_nanoseconds"], ["proxy_get_log_level"], ["proxy_get_status"]]),
      EVERYTHING,
    ),
  ),
  one("logs/every level", {
    [AT_HEADERS]: [0, 1, 2, 3, 4, 5].map((level): Step => ["proxy_log", level, `#level ${level}`]),
  }),
  one("logs/levels that are none", {
    [AT_HEADERS]: [6, 7, -1, 99].map((level): Step => ["proxy_log", level, "none"]),
  }),
  one("logs/what is logged at every level", {
    [AT_HEADERS]: [0, 1, 2, 3, 4, 5].map((level): Step => ["log", level, `level ${level}`]),
    proxy_on_vm_start: [["log", 2, "from vm start"]],
    proxy_on_configure: [["log", 3, "from configure"]],
    proxy_on_log: [["log", 4, "from on_log"]],
    proxy_on_delete: [["log", 5, "from on_delete"]],
  }),
  one("logs/empty, and with every byte", {
    [AT_HEADERS]: [
      ["proxy_log", 2, ""],
      ["log", 2, 'tab\there, high \xe9, quote "'],
      ["log", 2, "control \x01 \x7f"],
    ],
  }),
  one(
    "logs/from a callout, before and after the stream is entered",
    {
      [AT_HEADERS]: [call(), ["return", 4]],
      proxy_on_http_call_response: [
        ["log", 2, "root"],
        INTO_STREAM,
        ["log", 2, "stream"],
        ["proxy_continue_stream", 0],
        ["log", 2, "after"],
      ],
    },
    { clusters: SERVICE },
  ),
  one("logs/from _initialize", { _initialize: [["log", 2, "early"]] }),
  ...PHASES.map((phase) =>
    one(`done/proxy_done in ${spoken(phase)}`, during(phase, [["proxy_done"]]), EVERYTHING),
  ),
  one("done/answered no, then proxy_done in log", {
    proxy_on_done: [["return", 0]],
    proxy_on_log: [["proxy_done"]],
  }),
  one(
    "done/answered no, then proxy_done from a tick",
    {
      [AT_HEADERS]: [TICK],
      proxy_on_done: [["return", 0]],
      proxy_on_tick: [STOP, ["proxy_done"], INTO_STREAM, ["proxy_done"], ["proxy_done"]],
    },
    { until: "on_tick" },
  ),
  one(
    "done/answered no, then proxy_done from a callout",
    {
      proxy_on_done: [call(), ["return", 0]],
      proxy_on_http_call_response: [
        ["proxy_done"],
        INTO_STREAM,
        ["proxy_done"],
        ["proxy_get_header_map_value", 0, ":path"],
      ],
    },
    { clusters: SERVICE, until: "on_http_call_response" },
  ),
  one("done/answered no, and never done", { proxy_on_done: [["return", 0]] }, { requests: [{}, {}] }),
  one("done/proxy_done and no in one", { proxy_on_done: [["proxy_done"], ["return", 0]] }),
  ...PHASES.map((phase) =>
    one(
      `contexts/in ${spoken(phase)}`,
      during(phase, [
        ["proxy_set_effective_context", 4711],
        ["proxy_set_effective_context", -1],
        ["proxy_set_effective_context", 1],
        ["proxy_get_property", "request\0path"],
        ["proxy_get_header_map_value", 0, ":path"],
        ["proxy_set_effective_context", 0],
        ["proxy_get_property", "plugin_root_id"],
      ]),
      EVERYTHING,
    ),
  ),
];
