import type { Http1Message } from "@gateway-plugins/e2e/http1";
import type { ClientView } from "./client.ts";
import type { Outcome } from "./run.ts";
import type { ServiceView } from "./service.ts";

const VARYING: readonly [RegExp, string][] = [
  [/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g, "<uuid>"],
  [/\b(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT/g, "<date>"],
  [/127\.0\.0\.1:\d+/g, "127.0.0.1:<port>"],
  [/(x-envoy-upstream-service-time: )\d+/g, "$1<ms>"],
  [/("x-envoy-upstream-service-time"=")\d+/g, "$1<ms>"],
];

/** What no two runs have in common, by name. */
export function normal(text: string): string {
  return VARYING.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}

/** An outcome as lines that two gateways are compared by. */
export interface Transcript {
  readonly client: readonly string[];
  readonly upstream: readonly string[];
  readonly log: readonly string[];
  readonly access: readonly string[];
}

export function transcript(outcome: Outcome): Transcript {
  return {
    client: outcome.clients.flatMap(clientLines),
    upstream: Object.entries(outcome.services).flatMap(([name, view]) => serviceLines(name, view)),
    log: logLines(outcome),
    access: outcome.access.map(normal),
  };
}

function clientLines({ responses, rest, end }: ClientView): string[] {
  return [
    ...responses.flatMap((response) => messageLines("<", response)),
    ...(rest === "" ? [] : restLines("<", rest)),
    `< ${end}`,
  ];
}

function serviceLines(name: string, { requests, rests }: ServiceView): string[] {
  return [
    ...requests.flatMap((request) => messageLines(`${name} >`, request)),
    ...rests.flatMap((rest) => restLines(`${name} >`, rest)),
  ];
}

function messageLines(mark: string, { startLine, headers, body, trailers }: Http1Message): string[] {
  const field = ([name, value]: readonly [string, string]): string =>
    normal(`${name}: ${name === "x-envoy-upstream-service-time" ? "<ms>" : value}`);
  return [
    startLine,
    ...headers.map(field),
    ...(body.length === 0 ? [] : [`body ${shortened(body.toString("latin1"))}`]),
    ...trailers.map((trailer) => `trailer ${field(trailer)}`),
  ].map((line) => `${mark} ${line}`);
}

function restLines(mark: string, rest: string): string[] {
  return shortened(rest)
    .split("\r\n")
    .map((line) => `${mark} rest ${normal(line)}`);
}

function shortened(text: string): string {
  return text.length > 400 ? `${text.slice(0, 200)}… ${text.length} bytes` : text;
}

/** Versions of shared data and ids of queues: counted in the whole process, so scenarios at the same time mix them. */
const PROCESS_WIDE = [
  /(get_shared_data\(.*\) = 0 .* )(\d+)$/,
  /((?:register|resolve)_shared_queue\(.*\) = 0 )(\d+)$/,
  /(on_queue_ready\(1, )(\d+)/,
];

/** Lines of the VM that serves; ids of scenarios are taken out. */
function logLines({ log }: Outcome): string[] {
  const numbers = new Map<string, number>();
  const renumber = (_: string, kind: string, number: string): string => {
    if (!numbers.has(number)) numbers.set(number, numbers.size + 1);
    return `${kind}<number ${numbers.get(number)}>`;
  };
  return log
    .filter(({ thread }) => thread === "worker")
    .map(({ line }) =>
      PROCESS_WIDE.reduce((text, pattern) => text.replace(pattern, renumber), normal(line))
        .replace(/s\d{4}/g, "<id>")
        .replace(/#<id>\.(\d)/, "#$1"),
    );
}
