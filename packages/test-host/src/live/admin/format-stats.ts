import type { Stat } from "./stats.ts";

const QUANTILES = [0, 25, 50, 75, 90, 95, 99, 99.5, 99.9, 100];
/** Envoy's default buckets. */
const BUCKETS = [
  0.5, 1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 30_000, 60_000, 300_000, 600_000, 1_800_000,
  3_600_000,
];

/** Counters and gauges by name, then histograms, as Envoy prints them. */
export function statsText(stats: readonly Stat[]): string {
  const line = ({ name, type, value, values = [] }: Stat): string => {
    if (type !== "histogram") return `${name}: ${value}\n`;
    if (values.length === 0) return `${name}: No recorded values\n`;
    const parts = quantiles(values).map((each, index) => `P${QUANTILES[index]}(${each},${each})`);
    return `${name}: ${parts.join(" ")}\n`;
  };
  return [...numbers(stats), ...histograms(stats)].map(line).join("");
}

export function statsJson(stats: readonly Stat[]): string {
  const computed = histograms(stats).map(({ name, values = [] }) => ({
    name,
    values: quantiles(values).map((each) => ({ cumulative: each, interval: each })),
  }));
  const list: unknown[] = numbers(stats).map(({ name, value }) => ({ name, value }));
  if (computed.length > 0)
    list.push({ histograms: { supported_quantiles: QUANTILES, computed_quantiles: computed } });
  return JSON.stringify({ stats: list });
}

/** Prometheus's text format: counters, gauges, histograms, each family once. */
export function statsPrometheus(stats: readonly Stat[]): string {
  const families = (["counter", "gauge", "histogram"] as const).flatMap((type) => {
    const byName = new Map<string, Stat[]>();
    for (const stat of stats.filter((each) => each.type === type))
      byName.set(stat.prometheus.name, [...(byName.get(stat.prometheus.name) ?? []), stat]);
    return [...byName]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, members]) => ({ name, type, members }));
  });
  return families
    .map(
      ({ name, type, members }) =>
        `# TYPE ${name} ${type}\n${members.map(type === "histogram" ? buckets : sample).join("")}`,
    )
    .join("");
}

function sample({ prometheus: { name, labels }, value }: Stat): string {
  return `${name}{${labelsText(labels)}} ${value}\n`;
}

function buckets({ prometheus: { name, labels }, values = [] }: Stat): string {
  const row = (le: number | string, count: number): string =>
    `${name}_bucket{${labelsText({ ...labels, le: String(le) })}} ${count}\n`;
  const rows = BUCKETS.map((le) => row(le, values.filter((value) => value <= le).length));
  const sum = values.reduce((total, value) => total + value, 0);
  const all = `{${labelsText(labels)}}`;
  return `${rows.join("")}${row("+Inf", values.length)}${name}_sum${all} ${sum}\n${name}_count${all} ${values.length}\n`;
}

function labelsText(labels: Record<string, string>): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}="${value.replace(/[\\"]/g, "\\$&").replaceAll("\n", "\\n")}"`)
    .join(",");
}

function numbers(stats: readonly Stat[]): Stat[] {
  return stats.filter((stat) => stat.type !== "histogram");
}

function histograms(stats: readonly Stat[]): Stat[] {
  return stats.filter((stat) => stat.type === "histogram");
}

/** The nearest recorded value; Envoy interpolates within its buckets. */
function quantiles(values: readonly number[]): number[] {
  const sorted = values.toSorted((a, b) => a - b);
  return QUANTILES.flatMap((q) => sorted[Math.round((q / 100) * (sorted.length - 1))] ?? []);
}
