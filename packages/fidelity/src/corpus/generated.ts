import fc from "fast-check";
import type { Program, Scenario, Step } from "../scenario.ts";
import { EVERYTHING, one, reply } from "./parts.ts";

/** Recorded, so that every run tries the same programs; another one makes others. */
const SEED = 20_260_721;
const PROGRAMS = 120;

const name = fc.constantFrom(
  "x-one",
  "x-empty",
  "x-from",
  "x-new",
  "cookie",
  ":path",
  ":method",
  ":status",
  "accept",
  "",
);
const value = fc.constantFrom("", "a", "b c", "d,e", "long ".repeat(20));
/** Values that a message can go on with. */
const own = fc.constantFrom("x-one", "x-from", "x-new", "x-other");
const map = fc.integer({ min: 0, max: 3 });
const small = fc.integer({ min: -1, max: 6 });
const key = fc.constantFrom("a", "b", "");
const property = fc.constantFrom(
  "request\0path",
  "request\0method",
  "response\0code",
  "plugin_root_id",
  "a",
  "b",
  "none\0such",
  "",
);

function steps(...parts: fc.Arbitrary<unknown>[]): fc.Arbitrary<Step> {
  return fc.tuple(...parts) as fc.Arbitrary<unknown> as fc.Arbitrary<Step>;
}
function verb(text: string): fc.Arbitrary<string> {
  return fc.constant(text);
}

const STEP: fc.Arbitrary<Step> = fc.oneof(
  steps(verb("proxy_get_header_map_value"), map, name),
  steps(verb("proxy_get_header_map_pairs"), fc.constantFrom(0, 1, 3, 4, 5, 6, 7, 8)),
  steps(verb("proxy_add_header_map_value"), map, own, value),
  steps(verb("proxy_replace_header_map_value"), map, own, value),
  steps(verb("proxy_remove_header_map_value"), map, own),
  steps(verb("proxy_get_buffer_bytes"), small, small, small),
  steps(verb("proxy_get_buffer_status"), small),
  steps(verb("proxy_set_buffer_bytes"), fc.constantFrom(0, 1, 4, 7), small, small, value),
  steps(verb("proxy_get_property"), property),
  steps(verb("proxy_set_property"), key, value),
  steps(verb("proxy_set_shared_data"), key, value, fc.constant(0)),
  steps(verb("proxy_get_shared_data"), key),
  steps(verb("proxy_get_metric"), small),
  steps(verb("proxy_increment_metric"), small, small),
  steps(verb("proxy_dequeue_shared_queue"), fc.constant(1_000_000)),
  steps(verb("proxy_resolve_shared_queue"), key, key),
  steps(verb("proxy_set_effective_context"), fc.constantFrom(0, 99)),
  steps(verb("proxy_call_foreign_function"), key, value),
  steps(verb("proxy_get_status")),
  steps(verb("proxy_get_log_level")),
  steps(verb("proxy_log"), fc.integer({ min: 6, max: 9 }), value),
);
const LIST = fc.array(STEP, { minLength: 1, maxLength: 6 });

/** A pause lasts until the end of the message, so that a program ends by itself. */
function withStatus(statuses: readonly number[]): fc.Arbitrary<Program> {
  return fc
    .tuple(LIST, fc.constantFrom(...statuses))
    .map(([list, status]): Program => [...list, ["if-end", ["return", 0]], ["return", status]]);
}
function at(callback: string, program: fc.Arbitrary<Program>): fc.Arbitrary<Record<string, Program>> {
  return fc.option(program, { nil: undefined, freq: 2 }).map((given) => (given ? { [callback]: given } : {}));
}
/** Bodies are not written to once they have gone on: Envoy writes to memory that it has given back, and says 0. */
const AFTER_END: fc.Arbitrary<Program> = LIST.map((list) =>
  list.filter(([step]) => step !== "proxy_set_buffer_bytes"),
);
const PLAIN: fc.Arbitrary<Program> = LIST;
const MAY_ANSWER: fc.Arbitrary<Program> = fc
  .tuple(LIST, fc.constantFrom<Step[]>([], [], [], [reply(403)]))
  .map(([list, answer]): Program => [...list, ...answer]);
const FREE: Step[] = [["proxy_remove_header_map_value", 0, "content-length"]];

const CALLBACKS = fc
  .tuple(
    at(
      "proxy_on_request_headers",
      MAY_ANSWER.map((program) => [...FREE, ...(program as Step[])]),
    ),
    at("proxy_on_request_body", withStatus([0, 0, 1, 2])),
    at("proxy_on_request_trailers", PLAIN),
    at("proxy_on_response_headers", MAY_ANSWER),
    at("proxy_on_response_body", withStatus([0, 0, 1, 2])),
    at("proxy_on_response_trailers", PLAIN),
    at("proxy_on_log", AFTER_END),
    at("proxy_on_done", AFTER_END),
    at("proxy_on_delete", AFTER_END),
  )
  .map((callbacks) => Object.assign({}, ...callbacks) as Record<string, Program>);

/** Programs of a generator: calls of host functions with arguments good and bad, in callbacks that go on, pause or answer. */
export const generated: Scenario[] = fc
  .sample(CALLBACKS, { seed: SEED, numRuns: PROGRAMS })
  .map((callbacks, index) => one(`generated/seed ${SEED}, program ${index}`, callbacks, EVERYTHING));
