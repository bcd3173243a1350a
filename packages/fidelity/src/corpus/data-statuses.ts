import type { Program, Scenario, Step } from "../scenario.ts";
import { call, one, resume, SERVICE } from "./parts.ts";

const STATUSES = [0, 1, 2, 3, 4];
const CHUNKS = ["one ", "two ", "three"];
const TRAILERS = [["x-trailer", "t"]] as const;
const MESSAGES = {
  whole: { body: "whole" },
  chunks: { body: CHUNKS },
  "chunks and trailers": { body: CHUNKS, trailers: TRAILERS },
} as const;

function ends(status: number): Program {
  return [
    ["if-end", ["return", 0]],
    ["return", status],
  ];
}

/** Every status of a body callback: always, until the end, once, and resumed from a callout; and of a trailers callback. */
export const dataStatuses: Scenario[] = (["request", "response"] as const).flatMap((side) => {
  const body = `proxy_on_${side}_body` as const;
  const trailers = `proxy_on_${side}_trailers` as const;
  const headers = `proxy_on_${side}_headers` as const;
  const type = side === "request" ? 0 : 1;
  const bodyType: Step = ["proxy_get_buffer_bytes", type, 0, 100];
  return Object.entries(MESSAGES).flatMap(([title, message]) => {
    const more: Partial<Scenario> =
      side === "request" ? { requests: [{ method: "POST", ...message }] } : { upstream: [message] };
    const name = (status: number, how: string): string =>
      `data status/${side} body ${status}, ${title}, ${how}`;
    const perStatus = STATUSES.flatMap((status): Scenario[] => [
      one(name(status, "always"), { [body]: [bodyType, ["return", status]] }, more),
      one(name(status, "until the end"), { [body]: [bodyType, ...(ends(status) as Step[])] }, more),
      one(name(status, "once"), { [body]: { each: [[bodyType, ["return", status]], [bodyType]] } }, more),
      ...(status === 0
        ? []
        : [
            one(
              name(status, "at the end, resumed by a callout"),
              {
                [body]: [bodyType, ["if-end", call()], ["return", status]],
                [trailers]: [call(), ["return", 1]],
                proxy_on_http_call_response: resume(type),
              },
              { ...more, clusters: SERVICE },
            ),
            one(
              name(status, "behind paused headers"),
              {
                [headers]: [call(), ["return", 4]],
                [body]: [bodyType, ...(ends(status) as Step[])],
                proxy_on_http_call_response: resume(type),
              },
              { ...more, clusters: SERVICE },
            ),
          ]),
    ]);
    const onTrailers = [1, 2].flatMap((status): Scenario[] =>
      "trailers" in message
        ? [
            one(
              `trailers status/${side} ${status}, resumed by a callout`,
              { [trailers]: [call(), ["return", status]], proxy_on_http_call_response: resume(type) },
              { ...more, clusters: SERVICE },
            ),
            one(
              `trailers status/${side} ${status}, never resumed`,
              { [trailers]: [["return", status]] },
              more,
            ),
            one(
              `trailers status/${side} ${status} behind a buffered body`,
              {
                [body]: [["return", 1]],
                [trailers]: [bodyType, call(), ["return", status]],
                proxy_on_http_call_response: resume(type),
              },
              { ...more, clusters: SERVICE },
            ),
            one(
              `trailers status/${side} 0 behind a body held with ${status}`,
              { [body]: [["return", status]], [trailers]: [bodyType] },
              more,
            ),
          ]
        : [],
    );
    return [...perStatus, ...onTrailers];
  });
});
