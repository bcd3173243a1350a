import type { AccessRecord } from "../../gateway/observe.ts";

/** Requests by outcome. Classes are 1 to 5 for 1xx to 5xx. */
export interface Counts {
  total: number;
  completed: number;
  classes: Map<number, number>;
}

/** Finished requests, by listener and by the cluster that answered them. They outlive a configuration. */
export class RequestCounts {
  readonly listeners = new Map<string, Counts>();
  readonly clusters = new Map<string, Counts>();

  add(record: AccessRecord): void {
    count(this.listeners, record.listener, record.status);
    if (record.cluster !== "" && record.details === "via_upstream")
      count(this.clusters, record.cluster, record.status);
  }
}

function count(map: Map<string, Counts>, name: string, status: number): void {
  let counts = map.get(name);
  if (counts === undefined) map.set(name, (counts = { total: 0, completed: 0, classes: new Map() }));
  counts.total++;
  if (status === 0) return;
  const kind = Math.floor(status / 100);
  counts.completed++;
  counts.classes.set(kind, (counts.classes.get(kind) ?? 0) + 1);
}
