import { Status } from "../vm/status.ts";

const COUNTER = 0;
const GAUGE = 1;
const HISTOGRAM = 2;

interface Metric {
  name: string;
  type: number;
  value: bigint;
  /** Of a histogram: the newest values. */
  values: number[];
  used: boolean;
}

const KEPT_VALUES = 1000;
const TYPES = ["counter", "gauge", "histogram"] as const;

/** A metric as it is now. */
export interface MetricReading {
  name: string;
  type: (typeof TYPES)[number];
  /** Of a histogram: how many values were recorded. */
  value: number;
  /** Of a histogram: the newest 1,000 values. */
  values: readonly number[];
  /** false: defined and never written. */
  used: boolean;
}

/** Metrics that plugins define, common to all VMs. They outlive plugins. */
export class Metrics {
  readonly #byName = new Map<string, Metric>();

  /** The metrics as one VM knows them. */
  forVm(): VmMetrics {
    return new VmMetrics((type, name) => this.#metric(type, name));
  }

  #metric(type: number, name: string): Metric {
    const key = `${type}\0${name}`;
    let metric = this.#byName.get(key);
    if (metric === undefined)
      this.#byName.set(key, (metric = { name, type, value: 0n, values: [], used: false }));
    return metric;
  }

  list(): MetricReading[] {
    return [...this.#byName.values()].map(({ name, type, value, values, used }) => ({
      name,
      type: TYPES[type] ?? "gauge",
      value: Number(value),
      values,
      used,
    }));
  }

  /** By the names under which Envoy's `/stats` shows them. */
  snapshot(): Record<string, number> {
    return Object.fromEntries(
      [...this.#byName.values()].map((m) => [`wasmcustom.${m.name}`, Number(m.value)]),
    );
  }
}

/**
 * One VM's ids for metrics, by Envoy's rules: ids carry the type in the low two bits and count up for each VM, defining a
 * name again gives a new id for the same metric, recording on a counter adds, histograms cannot be read.
 */
export class VmMetrics {
  readonly #metric: (type: number, name: string) => Metric;
  readonly #byId = new Map<number, Metric>();
  readonly #lastId = [0, 0, 0];

  constructor(metric: (type: number, name: string) => Metric) {
    this.#metric = metric;
  }

  define(type: number, name: string): number | undefined {
    if (type < COUNTER || type > HISTOGRAM) return undefined;
    const id = (this.#lastId[type] = (this.#lastId[type] ?? 0) + 4) + type;
    this.#byId.set(id, this.#metric(type, name));
    return id;
  }

  increment(id: number, offset: bigint): Status {
    const metric = this.#byId.get(id);
    if (metric === undefined) return unknown(id, [COUNTER, GAUGE]);
    if (metric.type === HISTOGRAM || (metric.type === COUNTER && offset <= 0n)) return Status.BadArgument;
    metric.value = BigInt.asUintN(64, metric.value + offset);
    metric.used = true;
    return Status.Ok;
  }

  record(id: number, value: bigint): Status {
    const metric = this.#byId.get(id);
    if (metric === undefined) return unknown(id, [COUNTER, GAUGE, HISTOGRAM]);
    metric.used = true;
    if (metric.type === HISTOGRAM) {
      metric.values.push(Number(value));
      if (metric.values.length > KEPT_VALUES) metric.values.shift();
    }
    if (metric.type === GAUGE) metric.value = value;
    else metric.value = BigInt.asUintN(64, metric.value + (metric.type === COUNTER ? value : 1n));
    return Status.Ok;
  }

  /** A value, or the result code that says why there is none. */
  get(id: number): bigint | Status {
    const metric = this.#byId.get(id);
    if (metric === undefined) return unknown(id, [COUNTER, GAUGE]);
    return metric.type === HISTOGRAM ? Status.BadArgument : metric.value;
  }
}

/** The type is read from the id first: one that the verb does not take is a bad argument, whether or not it exists. */
function unknown(id: number, types: readonly number[]): Status {
  return types.includes(id & 3) ? Status.NotFound : Status.BadArgument;
}
