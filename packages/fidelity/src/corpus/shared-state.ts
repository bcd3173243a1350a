import type { Argument, Scenario, Step } from "../scenario.ts";
import { during, EVERYTHING, one, PHASES, spoken } from "./parts.ts";

const AT_HEADERS = "proxy_on_request_headers";

function get(key: string): Step {
  return ["proxy_get_shared_data", key];
}
function set(key: string, value: string, cas: Argument = 0): Step {
  return ["proxy_set_shared_data", key, value, cas];
}
const VERSION: Step = ["save", "version"];
const SAVED = { saved: "version" };

function inHeaders(name: string, steps: Step[], more: Partial<Scenario> = {}): Scenario {
  return one(name, { [AT_HEADERS]: steps }, more);
}

const DATA: [string, Step[]][] = [
  ["a key that is missing", [get("none"), get("none")]],
  ["set and get", [set("key", "value"), get("key"), set("key", "other"), get("key")]],
  ["the first with a version", [set("key", "value", 7), get("key")]],
  ["the right version", [set("key", "a"), get("key"), VERSION, set("key", "b", SAVED), get("key")]],
  [
    "an old version",
    [set("key", "a"), get("key"), VERSION, set("key", "b"), set("key", "c", SAVED), get("key")],
  ],
  ["a version to come", [set("key", "a"), set("key", "b", 1_000_000), get("key")]],
  ["a negative version", [set("key", "a"), set("key", "b", -1), get("key")]],
  ["an empty key", [get(""), set("", "value"), get("")]],
  ["an empty value", [set("key", ""), get("key"), set("key", "full"), get("key")]],
  [
    "keys with NUL and UTF-8",
    [set("a\0b", "1"), set("a", "2"), set("é", "3"), get("a\0b"), get("a"), get("é")],
  ],
  [
    "a long value",
    [
      ["proxy_set_shared_data", "key", { repeat: "x", times: 100_000 }, 0],
      ["~proxy_get_shared_data", "key"],
    ],
  ],
];

function register(name: string): Step[] {
  return [
    ["proxy_register_shared_queue", name],
    ["save", "queue"],
  ];
}
const QUEUE = { saved: "queue" };
const ROOT = "proxy_on_configure";

const QUEUES: [string, Step[]][] = [
  ["registered twice", [...register("q"), ...register("q"), ...register("other"), ...register("q")]],
  ["an empty name", [...register(""), ["proxy_resolve_shared_queue", "", ""]]],
  [
    "first in, first out",
    [
      ...register("q"),
      ["proxy_enqueue_shared_queue", QUEUE, "one"],
      ["proxy_enqueue_shared_queue", QUEUE, ""],
      ["proxy_enqueue_shared_queue", QUEUE, "three"],
      ["proxy_dequeue_shared_queue", QUEUE],
      ["proxy_dequeue_shared_queue", QUEUE],
      ["proxy_dequeue_shared_queue", QUEUE],
      ["proxy_dequeue_shared_queue", QUEUE],
    ],
  ],
  ["empty from the start", [...register("q"), ["proxy_dequeue_shared_queue", QUEUE]]],
  [
    "unknown ids",
    [
      ["proxy_enqueue_shared_queue", 4711, "x"],
      ["proxy_dequeue_shared_queue", 4711],
      ["proxy_enqueue_shared_queue", 0, "x"],
      ["proxy_dequeue_shared_queue", -1],
    ],
  ],
  [
    "resolved",
    [
      ...register("q"),
      ["proxy_resolve_shared_queue", "", "q"],
      ["proxy_resolve_shared_queue", "unknown vm", "q"],
      ["proxy_resolve_shared_queue", "", "unknown"],
    ],
  ],
];

const METRICS = { counter: 0, gauge: 1, histogram: 2 } as const;
const METRIC = { saved: "metric" };

function define(kind: number, name: string): Step[] {
  return [
    ["~proxy_define_metric", kind, name],
    ["save", "metric"],
  ];
}
function use(verb: "increment" | "record", value: number): Step[] {
  return [
    [`proxy_${verb}_metric`, METRIC, value],
    ["proxy_get_metric", METRIC],
  ];
}

/** Shared data, queues and metrics: every verb, every odd value, every phase. */
export const sharedState: Scenario[] = [
  ...DATA.map(([title, steps]) => inHeaders(`shared data/${title}`, steps)),
  ...PHASES.map((phase) =>
    one(
      `shared data/in ${spoken(phase)}`,
      during(phase, [get("key"), set("key", "v"), get("key")]),
      EVERYTHING,
    ),
  ),
  inHeaders("shared data/kept from request to request", [get("key"), set("key", "v"), get("key")], {
    requests: [{}, {}, {}],
  }),
  one("shared data/set in configure, by every VM", {
    [ROOT]: [get("key"), set("key", "v"), get("key")],
    [AT_HEADERS]: [get("key"), VERSION, set("key", "w", SAVED), get("key")],
  }),
  {
    name: "shared data/of two VMs",
    plugins: [
      { callbacks: { [AT_HEADERS]: [set("key", "first"), get("key")] } },
      { callbacks: { [AT_HEADERS]: [get("key"), set("key", "second"), get("key")] } },
    ],
  },
  {
    name: "shared data/of two VMs with one id",
    plugins: [0, 1].map((index) => ({
      callbacks: { [AT_HEADERS]: [get("key"), set("key", "v"), get("key")] },
      options: { root_id: `r${index}` },
      vm: 1,
    })),
  },
  ...QUEUES.map(([title, steps]) => inHeaders(`queues/${title}`, steps)),
  ...PHASES.map((phase) =>
    one(
      `queues/in ${spoken(phase)}`,
      during(phase, [
        ...register("q"),
        ["proxy_enqueue_shared_queue", QUEUE, "item"],
        ["proxy_dequeue_shared_queue", QUEUE],
      ]),
      { ...EVERYTHING, until: "on_queue_ready" },
    ),
  ),
  one(
    "queues/read when ready",
    {
      [ROOT]: register("q"),
      [AT_HEADERS]: [
        ["proxy_enqueue_shared_queue", QUEUE, "one"],
        ["proxy_enqueue_shared_queue", QUEUE, "two"],
      ],
      proxy_on_queue_ready: [
        ["proxy_dequeue_shared_queue", QUEUE],
        ["proxy_get_header_map_value", 0, ":path"],
        ["proxy_get_property", "plugin_root_id"],
      ],
    },
    { until: '"two"' },
  ),
  one("queues/a held request resumed from the queue", {
    [ROOT]: register("q"),
    [AT_HEADERS]: [
      ["proxy_enqueue_shared_queue", QUEUE, "go"],
      ["return", 4],
    ],
    proxy_on_queue_ready: [
      ["proxy_dequeue_shared_queue", QUEUE],
      ["proxy_set_effective_context", { saved: "stream" }],
      ["proxy_continue_stream", 0],
    ],
  }),
  ...Object.entries(METRICS).flatMap(([kind, number]) => [
    inHeaders(`metrics/a ${kind}, every verb`, [
      ...define(number, `${kind}_every`),
      ["proxy_get_metric", METRIC],
      ...[1, 5, 0, -1, -100, 2 ** 40].flatMap((value) => use("increment", value)),
      ...[1, 5, 0, -1, 2 ** 40].flatMap((value) => use("record", value)),
    ]),
    inHeaders(`metrics/a ${kind}, defined twice`, [
      ...define(number, `${kind}_twice`),
      ...use("record", 3),
      ...define(number, `${kind}_twice`),
      ...use("record", 4),
    ]),
    inHeaders(
      `metrics/a ${kind}, kept from request to request`,
      [...define(number, `${kind}_kept`), ...use("record", 3)],
      {
        requests: [{}, {}],
      },
    ),
    ...PHASES.map((phase) =>
      one(
        `metrics/a ${kind} in ${spoken(phase)}`,
        during(phase, [...define(number, `${kind}_${phase}`), ...use("increment", 2), ...use("record", 3)]),
        EVERYTHING,
      ),
    ),
  ]),
  inHeaders("metrics/kinds that are none", [
    ["proxy_define_metric", 3, "three"],
    ["proxy_define_metric", -1, "minus"],
    ["proxy_define_metric", 99, "many"],
  ]),
  inHeaders("metrics/ids that are none", [
    ["proxy_increment_metric", 0, 1],
    ["proxy_record_metric", 0, 1],
    ["proxy_get_metric", 0],
    ["proxy_increment_metric", 4711, 1],
    ["proxy_record_metric", 4713, 1],
    ["proxy_get_metric", 4714],
    ["proxy_get_metric", -1],
  ]),
  inHeaders("metrics/one name, two kinds", [
    ...define(0, "two_kinds"),
    ...use("increment", 2),
    ...define(1, "two_kinds"),
    ...use("record", 5),
  ]),
  ...["", "with blank", "a.b.c", "tag.x=y", "ü"].map((name) =>
    inHeaders(`metrics/the name ${JSON.stringify(name)}`, [...define(0, name), ...use("increment", 1)]),
  ),
  one("metrics/defined in configure, by every VM", {
    [ROOT]: [...define(0, "in_configure"), ...use("increment", 5)],
    [AT_HEADERS]: use("increment", 1),
  }),
];
