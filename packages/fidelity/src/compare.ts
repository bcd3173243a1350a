import { type Transcript, transcript } from "./normal.ts";
import type { Outcome } from "./run.ts";

/** Something in which the two gateways differ. */
export interface Difference {
  readonly where: "outcome" | keyof Transcript;
  readonly envoy: readonly string[];
  readonly host: readonly string[];
}

/** What became of the scenario, in one word. */
export type Fate = "served" | "refused" | "crash" | "hang" | "corrupt";

/** What a gateway does where this host reports a fault, by its code. A code that is not here is imitated, and reported. */
const INSTEAD: Readonly<Record<string, readonly Fate[]>> = {
  "close-after-end": ["crash"],
  "response-after-end": ["crash"],
  "continue-not-paused": ["crash", "corrupt", "hang"],
  "stream-never-resumed": ["hang"],
  "stream-left-paused": ["hang"],
  "invalid-status": ["corrupt", "hang"],
  "body-not-allowed": ["corrupt", "hang"],
  "header-injection": ["corrupt", "served"],
  "grpc-target-unset": ["crash"],
  "stale-body": ["crash", "served"],
  "content-length-mismatch": ["corrupt", "hang"],
};

export interface Comparison {
  readonly fate: Fate;
  readonly faults: readonly string[];
  readonly differences: readonly Difference[];
}

export function compare(envoy: Outcome, host: Outcome): Comparison {
  const fate = fateOf(envoy);
  const faults = [...new Set(host.faults)];
  const excused = faults.flatMap((code) => INSTEAD[code] ?? []);
  if (fate === "refused" || fate === "served" || fate === "corrupt") {
    if (excused.includes(fate)) {
      const isWhole = fate === "served" && faults.includes("header-injection");
      const differences = isWhole ? transcriptDifferences(envoy, host).filter(isMoreThanHeaders) : [];
      return { fate, faults, differences };
    }
    return {
      fate,
      faults,
      differences: [...outcomeDifference(fate, host, faults), ...transcriptDifferences(envoy, host)],
    };
  }
  if (excused.includes(fate)) return { fate, faults, differences: hangDifference(envoy, host) };
  return {
    fate,
    faults,
    differences: [{ where: "outcome", envoy: [fate], host: [fateOf(host), ...faults] }],
  };
}

function fateOf(outcome: Outcome): Fate {
  if (outcome.end === "refused") return "refused";
  if (outcome.end === "crashed" || outcome.end === "died") return "crash";
  if (outcome.clients.some(isCorrupt)) return "corrupt";
  const { requests = [], rests = [] } = outcome.services["upstream"] ?? {};
  const asked = requests.length + rests.filter(isPartOfRequest).length;
  if (asked > outcome.clients.length && outcome.clients.every(({ responses }) => responses.length < 2))
    return "corrupt";
  if (Object.values(outcome.services).some((service) => service.rests.some((rest) => !isPartOfRequest(rest))))
    return "corrupt";
  return outcome.clients.some(({ end }) => end === "hung") ? "hang" : "served";
}

function isCorrupt({ responses, rest, end }: Outcome["clients"][number]): boolean {
  // Cut short, or longer than it says.
  if (rest !== "" && end === "closed") return true;
  const finals = responses.filter(({ startLine }) => !/ 1\d\d /.test(startLine.slice(0, 14)));
  if (finals.length > 1) return true;
  if (finals.length === 1 && rest !== "") return true;
  const [response] = finals;
  if (response === undefined) return false;
  const status = Number(response.startLine.split(" ")[1]);
  const isBad = ([name, value]: readonly [string, string]): boolean =>
    !/^[!#$%&'*+\-.^_`|~0-9a-z]+$/.test(name) || /[\x00-\x08\x0a-\x1f\x7f]/.test(value);
  return status < 200 || status > 599 || response.headers.some(isBad);
}

function isPartOfRequest(rest: string): boolean {
  return /^[A-Z]+ \S+ HTTP\/1\.1\r\n/.test(rest);
}

function outcomeDifference(fate: Fate, host: Outcome, faults: readonly string[]): Difference[] {
  const own = fateOf(host);
  const unexplained = faults.filter((code) => INSTEAD[code] !== undefined);
  if (own === fate && unexplained.length === 0) return [];
  return [{ where: "outcome", envoy: [fate], host: [own, ...faults] }];
}

/** Up to where a request hangs the logs are the same. */
function hangDifference(envoy: Outcome, host: Outcome): Difference[] {
  if (fateOf(envoy) !== "hang" || !host.faults.includes("stream-never-resumed")) return [];
  const before = transcript({ ...envoy, log: envoy.log.slice(0, envoy.logBeforeHang) }).log;
  const own = transcript(host).log.slice(0, before.length);
  return sameLines(before, own) ? [] : [{ where: "log", envoy: before, host: own }];
}

function transcriptDifferences(envoy: Outcome, host: Outcome): Difference[] {
  if (envoy.end !== "served" || host.end !== "served") return refusalDifference(envoy, host);
  const [left, right] = [transcript(envoy), transcript(host)];
  return (["client", "upstream", "log", "access"] as const)
    .filter((where) => !sameLines(left[where], right[where]))
    .map((where) => ({ where, envoy: left[where], host: right[where] }));
}

/** Not only response headers that this host does not send. */
function isMoreThanHeaders({ where, envoy, host }: Difference): boolean {
  const rest = [...host];
  const missing = envoy.filter((line) => {
    if (line !== rest[0]) return true;
    rest.shift();
    return false;
  });
  return where !== "client" || rest.length > 0 || !missing.every((line) => /^< [^ ]+: /.test(line));
}

/** What a gateway's operator would see is among what this host says. */
function refusalDifference(envoy: Outcome, host: Outcome): Difference[] {
  const said = envoy.refusal
    .filter((line) => line.includes("[wasm]"))
    .map((line) => line.replace(/^(\[[^\]]*\])+ \[[^\]]*\] /, ""));
  const own = host.refusal.join("\n");
  const known = said.some((line) => line.length > 20 && own.includes(line.replace(/^Wasm VM failed /, "")));
  return known ? [] : [{ where: "outcome", envoy: said, host: host.refusal }];
}

function sameLines(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((line, index) => line === right[index]);
}

const MAX_LINES = 80;

/** For people: lines that only Envoy has with `-`, those that only this host has with `+`. */
export function report({ where, envoy, host }: Difference): string {
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < envoy.length || j < host.length) {
    if (i < envoy.length && j < host.length && envoy[i] === host[j]) {
      lines.push(`    ${envoy[i]}`);
      i++;
      j++;
      continue;
    }
    const ahead = host.slice(j, j + 12).indexOf(envoy[i]!);
    const behind = envoy.slice(i, i + 12).indexOf(host[j]!);
    if (i >= envoy.length || (ahead > 0 && (behind <= 0 || ahead <= behind))) lines.push(`  + ${host[j++]}`);
    else if (j >= host.length || behind > 0) lines.push(`  - ${envoy[i++]}`);
    else lines.push(`  - ${envoy[i++]}`, `  + ${host[j++]}`);
  }
  const shown =
    lines.length > MAX_LINES ? [...lines.slice(0, MAX_LINES), `    … ${lines.length} lines`] : lines;
  return [`${where}:`, ...shown].join("\n");
}
