import type { Gateway } from "../../gateway/gateway.ts";
import { LOG_LEVELS } from "../../gateway/observe.ts";
import type { Answer } from "./answer.ts";

const USAGE = `
usage: /logging?<name>=<level> (change single level)
usage: /logging?paths=name1:level1,name2:level2,... (change multiple levels)
usage: /logging?level=<level> (change all levels)
levels: trace debug info warning error critical 
`;

/** Envoy's form. There is one logger here, `wasm`: the plugins'. */
export function logging(gateway: Gateway, query: URLSearchParams): Answer {
  const shown = (): string => `active loggers:\n  wasm: ${envoyName(gateway.logLevel)}\n\n`;
  const refuse = (what: string): Answer => ({ status: 400, text: `error: ${what}\n${USAGE}${shown()}` });
  const wanted = new Map([...query].filter(([name]) => name !== "paths"));
  for (const path of query.get("paths")?.split(",") ?? []) {
    const [name = "", level = ""] = path.split(":");
    wanted.set(name, level);
  }
  for (const [name, word] of wanted) {
    if (name !== "wasm" && name !== "level") return refuse("unknown logger name");
    const level = LOG_LEVELS.find((one) => envoyName(one) === word || one === word);
    if (level === undefined) return refuse("unknown logger level");
    gateway.logLevel = level;
  }
  return { text: shown() };
}

function envoyName(level: string): string {
  return level === "warn" ? "warning" : level;
}
