import type { CallbackName } from "@gateway-plugins/test-parts/guests/abi";
import type { Plugin, Scenario, Step } from "../scenario.ts";
import {
  call,
  EVERYTHING,
  inStream,
  INTO_STREAM,
  one,
  PHASES,
  reply,
  resume,
  SERVICE,
  spoken,
  type Callbacks,
} from "./parts.ts";

const ADD: Step[] = [["proxy_add_header_map_value", 0, "x-chain", "1"]];
const ADD_BACK: Step[] = [["proxy_add_header_map_value", 2, "x-chain", "1"]];
const HOLDS: Callbacks = {
  proxy_on_request_headers: [call(), ["return", 4]],
  proxy_on_http_call_response: resume(0),
};
const HOLDS_BACK: Callbacks = {
  proxy_on_response_headers: [call(), ["return", 4]],
  proxy_on_http_call_response: resume(1),
};
const KINDS: Readonly<Record<string, Callbacks>> = {
  watches: {},
  edits: { proxy_on_request_headers: ADD, proxy_on_response_headers: ADD_BACK },
  "holds the request": HOLDS,
  "holds the response": HOLDS_BACK,
  buffers: {
    proxy_on_request_body: [
      ["if-end", ["return", 0]],
      ["return", 1],
    ],
    proxy_on_response_body: [
      ["if-end", ["return", 0]],
      ["return", 1],
    ],
  },
  "answers at headers": { proxy_on_request_headers: [reply(403)] },
  "answers at the response": { proxy_on_response_headers: [reply(403)] },
};

/** Two plugins one behind the other: every kind with every kind. */
export const chains: Scenario[] = [
  ...Object.entries(KINDS).flatMap(([first, front]) =>
    Object.entries(KINDS).map(([second, back]) => ({
      name: `chains/one that ${first}, one that ${second}`,
      plugins: [{ callbacks: front }, { callbacks: back }],
      ...EVERYTHING,
      clusters: SERVICE,
    })),
  ),
  ...Object.entries(KINDS).map(([kind, callbacks]) => ({
    name: `chains/two in one VM, each ${kind}`,
    plugins: [
      { callbacks, vm: 1 },
      { callbacks, vm: 1 },
    ],
    ...EVERYTHING,
    clusters: SERVICE,
  })),
];

const TRAP: Step[] = [["trap"]];
const POLICIES: Readonly<Record<string, object>> = {
  "no policy": {},
  FAIL_CLOSED: { failure_policy: "FAIL_CLOSED" },
  FAIL_OPEN: { failure_policy: "FAIL_OPEN" },
  FAIL_RELOAD: { failure_policy: "FAIL_RELOAD" },
  "fail_open: true": { fail_open: true },
};

function trapping(callback: CallbackName): Callbacks {
  return { [callback]: callback === "proxy_on_context_create" ? inStream(TRAP) : { each: [TRAP, []] } };
}

/** A trap in every callback, with every policy; and what two later requests get. */
export const traps: Scenario[] = [
  ...PHASES.flatMap((callback) =>
    Object.entries(POLICIES).map(([policy, options]) =>
      one(`traps/in ${spoken(callback)}, ${policy}`, trapping(callback), {
        ...EVERYTHING,
        requests: [EVERYTHING.requests![0]!, {}],
        plugin: { options },
      }),
    ),
  ),
  one(
    "traps/in a callout's answer",
    { ...HOLDS, proxy_on_http_call_response: [INTO_STREAM, ["trap"]] },
    { clusters: SERVICE },
  ),
  one("traps/in a tick", {
    proxy_on_request_headers: [
      ["proxy_set_tick_period_milliseconds", 100],
      ["return", 4],
    ],
    proxy_on_tick: TRAP,
  }),
  one("traps/after header edits", { proxy_on_request_headers: [...ADD, ["trap"]] }),
  one(
    "traps/after header edits, fail_open: true",
    { proxy_on_request_headers: [...ADD, ["trap"]] },
    { plugin: { options: { fail_open: true } } },
  ),
  ...[0, 1].map((position) => ({
    name: `traps/of plugin ${position} of two`,
    plugins: [0, 1].map((index): Plugin => ({
      callbacks: index === position ? { proxy_on_request_headers: TRAP } : {},
    })),
    requests: [{}, {}],
  })),
];

const NEVER: Scenario["plugins"][number]["callbacks"] = {};
function refused(name: string, plugin: Partial<Plugin>): Scenario {
  return { name: `start/${name}`, plugins: [{ callbacks: NEVER, ...plugin }], apart: true };
}
const module = (parts: string): string => `(module (memory (export "memory") 1) ${parts})`;
const MARKER = '(func (export "proxy_abi_version_0_2_1"))';
const MALLOC = '(func (export "malloc") (param i32) (result i32) (i32.const 1024))';

/** What is refused at start, or started all the same. */
export const starts: Scenario[] = [
  refused("configure says no", { callbacks: { proxy_on_configure: [["return", 0]] } }),
  refused("vm start says no", { callbacks: { proxy_on_vm_start: [["return", 0]] } }),
  refused("a trap in configure", { callbacks: { proxy_on_configure: TRAP } }),
  refused("a trap in vm start", { callbacks: { proxy_on_vm_start: TRAP } }),
  refused("a trap in _initialize", { callbacks: { _initialize: TRAP } }),
  refused("a trap in context create", { callbacks: { proxy_on_context_create: TRAP } }),
  refused("configure says no, fail_open", {
    callbacks: { proxy_on_configure: [["return", 0]] },
    options: { fail_open: true },
  }),
  refused("no marker", { wat: module(MALLOC) }),
  refused("an unknown marker", { wat: module(`${MALLOC} (func (export "proxy_abi_version_0_3_0"))`) }),
  refused("no allocator", { wat: module(MARKER) }),
  refused("a missing import", {
    wat: `(module (import "env" "proxy_unknown" (func)) (memory (export "memory") 1) ${MARKER} ${MALLOC})`,
  }),
  refused("a mistyped import", {
    wat: `(module (import "env" "proxy_done" (func (param i32))) (memory (export "memory") 1) ${MARKER} ${MALLOC})`,
  }),
  refused("a mistyped callback", {
    wat: module(`${MARKER} ${MALLOC} (func (export "proxy_on_log") (param i32 i32))`),
  }),
  one("start/configure says 2", { proxy_on_configure: [["return", 2]] }),
  one("start/with both configurations", {}, { plugin: { configuration: "plugin", vmConfiguration: "vm" } }),
  one("start/with empty configurations", {}, { plugin: { configuration: "", vmConfiguration: "" } }),
  one("start/only what is needed", { proxy_on_request_headers: ADD }, { plugin: { only: true } }),
  one("start/nothing exported", {}, { plugin: { only: true } }),
  one("start/with _initialize", { _initialize: [] }),
];
