import type { Scenario, Step } from "../scenario.ts";
import { call, SERVICE } from "./parts.ts";

const STATUSES = [0, 1, 2, 3, 4, 5];
const BODIES = { "no body": undefined, body: "hello", chunks: ["one ", "two ", "three"] };

/** Every status of a headers callback, with and without a body, never resumed or resumed from a callout. */
export const headerStatuses: Scenario[] = (["request", "response"] as const).flatMap((side) =>
  STATUSES.flatMap((status) =>
    Object.entries(BODIES).flatMap(([title, body]): Scenario[] => {
      const headers = `proxy_on_${side}_headers` as const;
      const name = `headers status/${side} headers ${status}, ${title}`;
      const message: Partial<Scenario> =
        side === "request" ? { requests: [{ method: "POST", body }] } : { upstream: [{ body: body ?? "" }] };
      const returns: Step = ["return", status];
      const left: Scenario = {
        name: `${name}, never resumed`,
        plugins: [{ callbacks: { [headers]: [returns] } }],
        ...message,
      };
      const resumed: Scenario = {
        name: `${name}, resumed by a callout`,
        plugins: [
          {
            callbacks: {
              [headers]: [call(), returns],
              proxy_on_http_call_response: [
                ["proxy_set_effective_context", { saved: "stream" }],
                ["proxy_continue_stream", side === "request" ? 0 : 1],
              ],
            },
          },
        ],
        ...message,
        clusters: SERVICE,
      };
      // What is not held and resumed all the same races with its own end.
      const races = (status === 0 || status === 2) && body !== undefined;
      return races ? [left] : [left, resumed];
    }),
  ),
);
