import type { Administered } from "./administered.ts";
import type { Counts } from "./request-counts.ts";

/** One number, by the names under which Envoy tells it. */
export interface Stat {
  name: string;
  type: "counter" | "gauge" | "histogram";
  /** Of a histogram: how many values were recorded. */
  value: number;
  /** Of a histogram, in the order recorded: the newest 1,000. */
  values?: readonly number[];
  /** false: never written since the start. */
  used: boolean;
  prometheus: { name: string; labels: Record<string, string> };
}

const CLASSES = [1, 2, 3, 4, 5];

/** The numbers of a gateway that mean here what they mean in Envoy; those of pools, TLS or xDS are left out. */
export function collectStats({ gateway, config, counts }: Administered, uptimeSeconds: number): Stat[] {
  const { activeStreams } = gateway.stats();
  const stats = [
    gauge("server.live", 1),
    gauge("server.state", 0),
    gauge("server.uptime", uptimeSeconds),
    ...gateway.metrics.list().map(({ name, ...metric }) => ({
      ...metric,
      name: `wasmcustom.${name}`,
      prometheus: { name: sanitized(name), labels: {} },
    })),
  ];
  const prefixes = new Map<string, string[]>();
  for (const { name, manager } of config.listeners) {
    const prefix = manager?.statPrefix ?? "ingress_http";
    prefixes.set(prefix, [...(prefixes.get(prefix) ?? []), name]);
  }
  for (const [prefix, names] of prefixes) {
    const of = names.flatMap((name) => counts.listeners.get(name) ?? []);
    stats.push(
      ...requests(`http.${prefix}.downstream_rq`, of, "envoy_http_downstream_rq", {
        envoy_http_conn_manager_prefix: prefix,
      }),
    );
  }
  // Streams do not say through which prefix they came; with one, they came through it.
  if (prefixes.size === 1) {
    const [prefix = ""] = prefixes.keys();
    const labels = { envoy_http_conn_manager_prefix: prefix };
    const prometheus = { name: "envoy_http_downstream_rq_active", labels };
    stats.push({ ...gauge(`http.${prefix}.downstream_rq_active`, activeStreams), prometheus });
  }
  for (const { name } of config.clusters) {
    const labels = { envoy_cluster_name: name };
    const of = counts.clusters.get(name);
    stats.push(
      ...requests(
        `cluster.${name}.upstream_rq`,
        of === undefined ? [] : [of],
        "envoy_cluster_upstream_rq",
        labels,
      ),
    );
  }
  return stats.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function requests(prefix: string, counts: Counts[], family: string, labels: Record<string, string>): Stat[] {
  const sum = (of: (one: Counts) => number): number => counts.reduce((total, one) => total + of(one), 0);
  const counter = (suffix: string, value: number): Stat => ({
    name: `${prefix}_${suffix}`,
    type: "counter",
    value,
    used: value > 0,
    prometheus: { name: `${family}_${suffix}`, labels },
  });
  return [
    counter(
      "total",
      sum((one) => one.total),
    ),
    counter(
      "completed",
      sum((one) => one.completed),
    ),
    ...CLASSES.map((kind) => ({
      ...counter(
        `${kind}xx`,
        sum((one) => one.classes.get(kind) ?? 0),
      ),
      prometheus: { name: `${family}_xx`, labels: { envoy_response_code_class: String(kind), ...labels } },
    })),
  ];
}

function gauge(name: string, value: number): Stat {
  return {
    name,
    type: "gauge",
    value,
    used: true,
    prometheus: { name: `envoy_${sanitized(name)}`, labels: {} },
  };
}

function sanitized(name: string): string {
  const safe = name.replace(/[^a-zA-Z0-9_]/g, "_");
  return /^\d/.test(safe) ? `_${safe}` : safe;
}
