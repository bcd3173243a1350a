import type { FaultCode } from "./error-codes.ts";
import { PROFILES, type Profile } from "../profile/profile.ts";
import type { Clock } from "../services/clock.ts";
import { resolveBySystem, type ResolveName } from "../services/dns.ts";
import type { Header } from "../services/upstream/upstream.ts";
import { HttpStream } from "../stream/http-stream.ts";
import type { StreamHost } from "../stream/stream-host.ts";
import { TraceRecorder } from "../trace/recorder.ts";
import type { Context } from "../vm/context.ts";
import type { Vm } from "../vm/vm.ts";
import type { OwnForeignFunction, VmHost } from "../vm/vm-host.ts";
import { Cluster } from "./clusters.ts";
import type { GatewayConfig, WasmFilterConfig } from "./config.ts";
import type { DownstreamDoor, DownstreamEvents, DownstreamInfo } from "./downstream.ts";
import { FilterTable } from "./filter-table.ts";
import { GatewayError } from "./gateway-error.ts";
import { Listener } from "./listener.ts";
import { Metrics } from "./metrics.ts";
import {
  LOG_LEVELS,
  type AccessRecord,
  type Fault,
  type GatewayStats,
  type LogLevel,
  type LogLine,
} from "./observe.ts";
import type { ConfigureResult, GatewayOptions } from "./options.ts";
import { Queues } from "./queues.ts";
import type { ReceivedRequest } from "./request-headers.ts";
import type { RootHost } from "./root-context.ts";
import { SharedData } from "./shared-data.ts";

/** A running gateway: a configuration, its plugins in their VMs, and the requests under way. */
export class Gateway implements DownstreamDoor, VmHost, RootHost, StreamHost {
  readonly profile: Profile;
  readonly clock: Clock;
  readonly sharedData: SharedData;
  readonly queues: Queues;
  readonly metrics: Metrics;
  /** What happened to the last requests; undefined unless asked for. */
  readonly trace: TraceRecorder | undefined;
  readonly watchdogMs: number;
  /** Everything recorded so far, in order. */
  readonly faults: Fault[] = [];
  readonly #options: GatewayOptions;
  readonly #listeners = new Map<string, Listener>();
  readonly #clusters = new Map<string, Cluster>();
  readonly #filters: FilterTable;
  readonly #streams = new Set<HttpStream>();
  /** VMs whose streams are to be looked at: something that could resume them is over. */
  readonly #calledBack = new Set<Vm>();
  #logLevel: LogLevel;
  readonly #requests: { count: number };
  #closed = false;
  #whenIdle: (() => void) | undefined;

  private constructor(config: GatewayConfig, options: GatewayOptions, previous: Gateway | undefined) {
    this.#options = options;
    this.sharedData = previous?.sharedData ?? new SharedData();
    this.queues = previous?.queues ?? new Queues();
    this.metrics = previous?.metrics ?? new Metrics();
    this.profile = PROFILES[options.profile];
    this.clock = options.clock;
    this.#logLevel = options.logLevel ?? "info";
    this.#requests = previous === undefined ? { count: 0 } : previous.#requests;
    const tracing = options.trace && new TraceRecorder(options.clock, options.trace);
    this.trace = previous === undefined ? tracing : previous.trace;
    for (const cluster of config.clusters)
      this.#clusters.set(cluster.name, new Cluster(cluster, options.clock));
    for (const listener of config.listeners) {
      this.#listeners.set(listener.name, new Listener(listener));
    }
    this.watchdogMs = options.watchdogMs ?? 10_000;
    this.#filters = new FilterTable(this, this, options);
  }

  /**
   * Loads, starts and configures every plugin of `config`.
   *
   * @param previous the gateway that this one replaces: shared data, queues, metrics and the count of requests go on, as
   *   they do in a process that takes a new configuration. `previous` is left as it is; `drain` ends it.
   * @throws GatewayError when a module is refused, or a plugin fails to start or rejects its configuration
   */
  static async start(config: GatewayConfig, options: GatewayOptions, previous?: Gateway): Promise<Gateway> {
    const gateway = new Gateway(config, options, previous);
    try {
      gateway.#filters.start(config.listeners);
    } catch (error) {
      await gateway.close();
      throw error;
    }
    return gateway;
  }

  handle(
    listenerName: string,
    headers: Header[],
    endStream: boolean,
    events: DownstreamEvents,
    info: DownstreamInfo = {},
  ): HttpStream {
    if (this.#closed) throw new GatewayError("closed", "The gateway is closed.");
    const listener = this.#listeners.get(listenerName);
    if (listener === undefined) {
      const names = [...this.#listeners.keys()].join(", ");
      throw new GatewayError("unknown-listener", `No listener is named "${listenerName}".`, {
        hint: `There is: ${names}.`,
      });
    }
    const { config, routes } = listener;
    const scheme = info.scheme ?? "http";
    const id = ++this.#requests.count;
    const remote = info.remote ?? { address: "127.0.0.1", port: 50000 };
    const received: ReceivedRequest =
      info.refusal === undefined
        ? listener.receive(headers, scheme, remote)
        : { headers: [], client: remote, refusal: info.refusal };
    const stream = new HttpStream(
      this,
      {
        id,
        listener: listenerName,
        plugins: this.#filters.forStream(config, id, listener.disabled(received.headers)),
        limits: listener.limits,
        settings: listener.settings,
        upgrade: received.upgrade,
        directRemote: remote,
        routes,
        bufferLimitBytes: config.bufferLimitBytes ?? this.profile.defaultBufferLimitBytes,
        info: {
          remote: received.client,
          local: info.local ?? config.address,
          protocol: info.protocol ?? "HTTP/1.1",
          scheme,
          properties: info.properties ?? new Map<string, Uint8Array>(),
        },
      },
      events,
    );
    this.#streams.add(stream);
    this.trace?.begin(stream.id, listenerName, headers);
    if (received.refusal !== undefined) stream.turnAway(received.refusal, received.headers);
    else stream.start(received.headers, endStream);
    return stream;
  }

  /**
   * Gives a filter a new configuration, as a gateway does on a configuration push: a trial in a throw-away VM, then a new
   * root context in every thread, in the same VM while code, VM id and VM configuration are the same. Streams under way
   * finish on the old one, which then gets on_done and on_delete.
   *
   * @param name of the HTTP filter; in every listener that has it
   * @param change the plugin's new configuration, or the settings of the filter that change (its code, for instance)
   */
  async updateFilter(
    name: string,
    change: Uint8Array | Partial<Omit<WasmFilterConfig, "name">>,
  ): Promise<ConfigureResult> {
    return this.#filters.update(name, change);
  }

  get logLevel(): LogLevel {
    return this.#logLevel;
  }

  set logLevel(level: LogLevel) {
    this.#logLevel = level;
  }

  /** The VMs that serve requests. */
  get vms(): Vm[] {
    return this.#filters.vms;
  }

  stats(): GatewayStats {
    return {
      metrics: this.metrics.snapshot(),
      requests: this.#requests.count,
      activeStreams: this.#streams.size,
      plugins: this.#filters.stats(),
    };
  }

  /** Lets the streams under way finish on the plugins they have, then closes. Give it no new request. */
  async drain(): Promise<void> {
    this.#filters.release();
    if (this.#streams.size > 0) await new Promise<void>((resolve) => (this.#whenIdle = resolve));
    await this.close();
  }

  /** Ends every stream and plugin: on_done and on_delete, then connections close. */
  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    for (const stream of this.#streams) stream.disconnect();
    this.#filters.close();
    await Promise.all([...this.#clusters.values()].map((cluster) => cluster.close()));
  }

  guestLogLevel(): number {
    return LOG_LEVELS.indexOf(this.#logLevel);
  }

  /** `_initialize`: `wasm log: m`; root context: no plugin name; stream: name, root id and VM id. As Envoy writes it. */
  log(level: number, message: string, vm: Vm, context: Context | undefined, source: LogLine["source"]): void {
    const name = LOG_LEVELS[level] ?? "critical";
    const { name: plugin = "", rootId = "" } = context?.plugin ?? {};
    const words = context === undefined ? [] : [context.stream && plugin, rootId, vm.vmId].filter(Boolean);
    const line = source === "guest" ? `${["wasm log", ...words].join(" ")}: ${message}` : message;
    const entry: LogLine = { level: name, message, line, source, plugin, thread: vm.thread };
    if (source === "guest") vm.trace?.effect(vm, { kind: "log", level: name, message });
    this.#filters.note(entry);
    if (level >= this.guestLogLevel()) this.#options.onLog?.(entry);
  }

  fault(code: FaultCode, message: string, plugin: string): void {
    const fault = { code, message, plugin };
    this.faults.push(fault);
    this.#options.onFault?.(fault);
  }

  foreignFunction(name: string): OwnForeignFunction | undefined {
    const own = this.#options.foreignFunctions ?? {};
    return Object.hasOwn(own, name) ? own[name] : undefined;
  }

  get resolveName(): ResolveName {
    return this.#options.resolveName ?? resolveBySystem;
  }

  cluster(name: string): Cluster | undefined {
    const known = this.#clusters.get(name);
    const endpoint = known === undefined ? this.#options.endpointFor?.(name) : undefined;
    if (endpoint === undefined) return known;
    const cluster = new Cluster({ name, connectTimeoutMs: 0, endpoints: [endpoint] }, this.clock);
    this.#clusters.set(name, cluster);
    return cluster;
  }

  calledBack(vm: Vm): void {
    const { size } = this.#calledBack;
    this.#calledBack.add(vm);
    // One look at all streams for everything that is called back at once.
    if (size > 0) return;
    queueMicrotask(() => {
      const vms = [...this.#calledBack];
      this.#calledBack.clear();
      for (const stream of this.#streams) if (vms.some((each) => stream.uses(each))) stream.endIfForgotten();
    });
  }

  ended(stream: HttpStream, record: AccessRecord): void {
    this.#streams.delete(stream);
    this.trace?.end(record);
    this.#listeners.get(record.listener)?.log(stream, record, this.#options.onAccessLog);
    this.#options.onAccess?.(record);
    if (this.#streams.size === 0) this.#whenIdle?.();
  }
}
