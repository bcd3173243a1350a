import type { Scenario, Step } from "../scenario.ts";
import { call, during, EVERYTHING, INTO_STREAM, one, PHASES, SERVICE, spoken } from "./parts.ts";

const TYPES = [0, 1, 2, 3, 9];
/** Envoy's own process ends there. */
function ends(verb: string, type: number, phase: string): boolean {
  if (verb === "continue") return type === 1 && /context_create|request|response_trailers/.test(phase);
  return type < 2 && /log|done|delete|response_trailers/.test(phase);
}

const GO_ON: Step = ["proxy_continue_stream", 0];
const ENDS: Readonly<Record<string, Step[]>> = {
  twice: [GO_ON, GO_ON],
  "and closed": [GO_ON, ["proxy_close_stream", 0]],
  "and types that are none": [["proxy_continue_stream", 2], ["proxy_continue_stream", 3], GO_ON],
};

/** `continue_stream` and `close_stream` with every stream type in every callback. */
export const streamControl: Scenario[] = [
  ...(["continue", "close"] as const).flatMap((verb) =>
    TYPES.flatMap((type) =>
      PHASES.map((phase) => {
        const steps: Step[] = [[`proxy_${verb}_stream`, type], ["proxy_get_status"]];
        return one(`stream control/${verb} ${type} in ${spoken(phase)}`, during(phase, steps), {
          ...EVERYTHING,
          ...(ends(verb, type, phase) && { apart: true }),
        });
      }),
    ),
  ),
  ...[0, 1, 2, 3].flatMap((type) =>
    (["request", "response"] as const).map((side) =>
      one(
        `stream control/close ${type} of a held ${side} from a callout`,
        {
          [`proxy_on_${side}_headers`]: [call(), ["return", 4]],
          proxy_on_http_call_response: [
            INTO_STREAM,
            ["proxy_close_stream", type],
            ["proxy_get_header_map_value", 0, ":path"],
          ],
        },
        { clusters: SERVICE },
      ),
    ),
  ),
  ...[1, 3, 4].map((status) =>
    one(
      `stream control/continue and ${status} in one callback`,
      {
        proxy_on_request_body: [
          ["proxy_continue_stream", 0],
          ["return", status],
        ],
      },
      { requests: [{ method: "POST", body: "body" }] },
    ),
  ),
  ...Object.entries(ENDS).map(([title, steps]) =>
    one(
      `stream control/resumed by a callout, ${title}`,
      {
        proxy_on_request_headers: [call(), ["return", 4]],
        proxy_on_http_call_response: [INTO_STREAM, ...steps],
      },
      { clusters: SERVICE },
    ),
  ),
];
