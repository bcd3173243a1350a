import type { Administered } from "./administered.ts";
import type { Answer } from "./answer.ts";
import { clustersJson, clustersText } from "./clusters.ts";
import { configDump } from "./config-dump.ts";
import { statsJson, statsPrometheus, statsText } from "./format-stats.ts";
import { logging } from "./logging.ts";
import { collectStats, type Stat } from "./stats.ts";

export interface Page {
  /** For `/help`; `(POST)` goes in front where it changes something. */
  about: string;
  post?: true;
  answer(query: URLSearchParams): Answer;
}

/** Envoy's admin pages, as far as they make sense here, and `/traces`. */
export function adminPages(live: Administered): Record<string, Page> {
  const startedAt = Date.now();
  const uptime = (): number => Math.floor((Date.now() - startedAt) / 1000);
  const withStats = (query: URLSearchParams, answer: (stats: Stat[]) => Answer): Answer => {
    let filter: RegExp;
    try {
      filter = new RegExp(query.get("filter") ?? "");
    } catch (error) {
      return { status: 400, text: `${(error as Error).message}\n` };
    }
    const isUsed = (stat: Stat): boolean => !query.has("usedonly") || stat.used;
    return answer(collectStats(live, uptime()).filter((stat) => filter.test(stat.name) && isUsed(stat)));
  };
  const pages: Record<string, Page> = {
    "/clusters": {
      about: "upstream cluster status",
      answer: (query) => (isJson(query) ? { json: clustersJson(live) } : { text: clustersText(live) }),
    },
    "/config_dump": {
      about: "dump current Envoy configs",
      answer: () => ({ json: configDump(live.config, new Date(startedAt)) }),
    },
    "/help": { about: "print out list of admin commands", answer: () => ({ text: help(pages) }) },
    "/listeners": { about: "print listener info", answer: (query) => listeners(live, isJson(query)) },
    "/logging": {
      about: "query/change logging levels",
      post: true,
      answer: (query) => logging(live.gateway, query),
    },
    "/ready": {
      about: "print server state, return 200 if LIVE, otherwise return 503",
      answer: () => ({ text: "LIVE\n" }),
    },
    "/server_info": {
      about: "print server version/status information",
      answer: () => ({
        json: {
          version: `gateway-plugins/${live.gateway.profile.name}`,
          state: "LIVE",
          uptime_current_epoch: `${uptime()}s`,
          uptime_all_epochs: `${uptime()}s`,
        },
      }),
    },
    "/stats": {
      about: "print server stats",
      answer: (query) => withStats(query, (stats) => formatted(stats, query.get("format") ?? "text")),
    },
    "/stats/prometheus": {
      about: "print server stats in prometheus format",
      answer: (query) => withStats(query, (stats) => ({ text: statsPrometheus(stats) })),
    },
    "/traces": {
      about: "what happened to the last requests, phase by phase; ?id=<number> for one",
      answer: (query) => traces(live, query.get("id")),
    },
  };
  return pages;
}

export function help(pages: Record<string, Page>): string {
  const lines = Object.entries(pages).map(
    ([path, { about, post }]) => `  ${path}${post ? " (POST)" : ""}: ${about}\n`,
  );
  return `admin commands are:\n${lines.join("")}`;
}

function isJson(query: URLSearchParams): boolean {
  return query.get("format") === "json";
}

function formatted(stats: Stat[], format: string): Answer {
  if (format === "json") return { json: statsJson(stats) };
  if (format === "prometheus") return { text: statsPrometheus(stats) };
  if (format === "text") return { text: statsText(stats) };
  return { status: 400, text: "usage: /stats?format=(json|prometheus|text)\n\n" };
}

function listeners(live: Administered, asJson: boolean): Answer {
  const all = Object.entries(live.listeners);
  if (!asJson)
    return { text: all.map(([name, { address, port }]) => `${name}::${address}:${port}\n`).join("") };
  const statuses = all.map(([name, { address, port }]) => ({
    name,
    local_address: { socket_address: { address, port_value: port } },
  }));
  return { json: { listener_statuses: statuses } };
}

/** The newest last. */
function traces({ gateway: { trace } }: Administered, id: string | null): Answer {
  if (trace === undefined)
    return { status: 404, text: "Nothing is traced: this gateway was started without.\n" };
  if (id === null) return { json: trace.traces };
  const one = trace.trace(Number(id));
  return one === undefined
    ? { status: 404, text: `There is no request ${id}, or no more.\n` }
    : { json: one };
}
