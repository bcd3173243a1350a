import { readFileSync } from "node:fs";
import type { Comparison, Fate } from "./compare.ts";
import { DIFFERENCES } from "./differences.ts";

const FATES: readonly Fate[] = ["served", "refused", "hang", "corrupt", "crash"];

/** `docs/fidelity.md`: what was compared, and what differs. */
export function page(comparisons: ReadonlyMap<string, Comparison>): string {
  const areas = new Map<string, Comparison[]>();
  for (const [name, comparison] of comparisons) {
    const [area = ""] = name.split("/", 1);
    areas.set(area, [...(areas.get(area) ?? []), comparison]);
  }
  const row = (area: string, list: readonly Comparison[]): string => {
    const fates = FATES.map((fate) => list.filter((each) => each.fate === fate).length || "");
    const differing = list.filter(({ differences }) => differences.length > 0).length;
    return `| ${[area, list.length, ...fates, differing].join(" | ")} |`;
  };
  return `# Fidelity

<!-- Written by \`npm run fidelity\`; a test compares it with the run. -->

A corpus of ${comparisons.size} scenarios runs on this repository's gateway and on a real Envoy 1.40.0, from the same configuration file, with the
same modules, clients and upstreams. Nothing is expected of a scenario but that both do the same: what the client reads (head, body, trailers,
how the connection ends), what every upstream receives, every line that the plugin's worker logs (each callback with its arguments, each host
call with its result and out-values), and the access record (status, details, flags). Dates, request ids, ports and durations are made equal first.

| area | scenarios | served | refused | hang | corrupt | crash | differ |
| ---- | --------: | -----: | ------: | ---: | ------: | ----: | -----: |
${[...areas].map(([area, list]) => row(area, list)).join("\n")}
${row("all", [...comparisons.values()])}

What Envoy does is in the middle columns: it serves the request, or refuses the configuration, or the request hangs, or wrong bytes go out, or the
process dies. The last three are not imitated: this host reports a fault instead, and that it does so is what is compared.

## Faults

${faultTable(comparisons)}

## Differences

${differenceList()}

## Differences on the wire

Another test puts a raw client in front of both and compares bytes. What it leaves out, or finds different:

${wireTable()}
`;
}

function faultTable(comparisons: ReadonlyMap<string, Comparison>): string {
  const rows = new Map<string, Map<Fate, number>>();
  for (const { fate, faults } of comparisons.values()) {
    for (const code of faults) {
      const counts = rows.get(code) ?? new Map<Fate, number>();
      rows.set(code, counts.set(fate, (counts.get(fate) ?? 0) + 1));
    }
  }
  const lines = [...rows]
    .sort(([a], [b]) => a.localeCompare(b))
    .map(([code, counts]) => `| \`${code}\` | ${FATES.map((fate) => counts.get(fate) ?? "").join(" | ")} |`);
  return [
    "| this host's fault | served | refused | hang | corrupt | crash |",
    "| --- | ---: | ---: | ---: | ---: | ---: |",
    ...lines,
  ].join("\n");
}

function differenceList(): string {
  if (DIFFERENCES.length === 0) return "None.";
  return DIFFERENCES.map(({ scenario, where, reason }) => `- **${scenario}** (${where}): ${reason}`).join(
    "\n",
  );
}

function wireTable(): string {
  const file = new URL("../../e2e/src/wire/differences.json", import.meta.url);
  const rows = JSON.parse(readFileSync(file, "utf8")) as Record<
    "what" | "envoy" | "here" | "reason",
    string
  >[];
  return [
    "| what | Envoy | here | reason |",
    "| --- | --- | --- | --- |",
    ...rows.map(({ what, envoy, here, reason }) => `| ${[what, envoy, here, reason].join(" | ")} |`),
  ].join("\n");
}
