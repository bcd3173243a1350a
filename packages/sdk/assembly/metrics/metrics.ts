import { MetricKind, defineMetric, getMetric, incrementMetric, recordMetric } from "../host/metrics";

/** Metrics with tags, by their kind and whole name: a gateway forgets none, and gives a new number for each definition. */
// @ts-ignore: decorator
@lazy const tagged = new Map<string, Metric>();

/** A metric of the gateway, `wasmcustom.<name>` in Envoy's statistics. Made at its first use, so it may stand at the top of the file. */
abstract class Metric {
  private id: u32 = 0;
  private defined: bool = false;
  protected constructor(
    private kind: MetricKind,
    /** Without `wasmcustom.`, with its tags. */
    readonly name: string,
  ) {}
  protected get number(): u32 {
    if (!this.defined) {
      this.defined = true;
      this.id = defineMetric(this.kind, this.name);
    }
    return this.id;
  }
}
/**
 * A name with tags as gateways take them apart again: `route.<r>.upstream.<u>.metric.<name>`. Each combination of values is a metric for ever, in
 * the gateway and in the VM: never take values from a client's request as they are.
 */
export function metricName(tags: string[][], name: string): string {
  let text = "";
  for (let i = 0; i < tags.length; i++) if (tags[i].length == 2) text += tags[i][0] + "." + tags[i][1] + ".";
  return text + "metric." + name;
}

function withTags<M extends Metric>(tags: string[][], name: string): M {
  const whole = metricName(tags, name);
  const key = idof<M>().toString() + whole;
  if (!tagged.has(key)) tagged.set(key, instantiate<M>(whole));
  return <M>tagged.get(key);
}

/** Only ever grows. */
export class Counter extends Metric {
  constructor(name: string) {
    super(MetricKind.Counter, name);
  }
  /** 0 is no error and changes nothing. */
  add(n: u32 = 1): void {
    if (n) incrementMetric(this.number, n);
  }
  /** What the gateway has counted, over all workers; 0 when it does not tell. */
  get value(): i64 {
    return getMetric(this.number);
  }
  /** The same counter with tags, `[name, value]` pairs; made once for each combination. */
  with(tags: string[][]): Counter {
    return withTags<Counter>(tags, this.name);
  }
}
/** Goes up and down. */
export class Gauge extends Metric {
  constructor(name: string) {
    super(MetricKind.Gauge, name);
  }
  /** The present value. */
  set(value: u64): void {
    recordMetric(this.number, value);
  }
  /** Up, or down by a negative number. */
  add(n: i64): void {
    incrementMetric(this.number, n);
  }
  /** The present value; 0 when the gateway does not tell. */
  get value(): i64 {
    return getMetric(this.number);
  }
  /** The same gauge with tags. */
  with(tags: string[][]): Gauge {
    return withTags<Gauge>(tags, this.name);
  }
}
/** Values whose distribution counts, such as milliseconds or bytes. */
export class Histogram extends Metric {
  constructor(name: string) {
    super(MetricKind.Histogram, name);
  }
  /** One more value. */
  record(value: u64): void {
    recordMetric(this.number, value);
  }
  /** The same histogram with tags. */
  with(tags: string[][]): Histogram {
    return withTags<Histogram>(tags, this.name);
  }
}
