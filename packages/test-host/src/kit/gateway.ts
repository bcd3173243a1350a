import type { GatewayConfig } from "../gateway/config.ts";
import { Gateway } from "../gateway/gateway.ts";
import { GatewayError } from "../gateway/gateway-error.ts";
import type { AccessRecord, Fault, LogLine } from "../gateway/observe.ts";
import type { ConfigureResult } from "../gateway/options.ts";
import type { Clock } from "../services/clock.ts";
import { RealClock } from "../services/real-clock.ts";
import { echo } from "../services/upstream/echo.ts";
import type { Header } from "../services/upstream/upstream.ts";
import { VirtualClock } from "../services/virtual-clock.ts";
import { readModuleInterface } from "../vm/module-interface.ts";
import { type StartOptions, pluginsOf, toCluster, toConfiguration, toFilter } from "./options.ts";
import { GatewayResponse } from "./response.ts";

const LISTENER = "listener";
const UPSTREAM = "upstream";

export interface RequestOptions {
  /** Default GET. */
  method?: string;
  headers?: Record<string, string> | Header[];
  /** Chunks arrive one by one. A body of one piece brings its content-length, unless `headers` has one. */
  body?: string | Uint8Array | (string | Uint8Array)[];
  trailers?: Header[];
}

/** A gateway in this process, with one listener and one route. */
export class TestGateway {
  readonly clock: Clock;
  /** Every line at or above the level, in order. */
  readonly logs: LogLine[] = [];
  readonly access: AccessRecord[] = [];
  readonly #engine: Gateway;
  readonly #filters: string[];

  constructor(engine: Gateway, filters: string[], records: { logs: LogLine[]; access: AccessRecord[] }) {
    this.#engine = engine;
    this.#filters = filters;
    this.clock = engine.clock;
    this.logs = records.logs;
    this.access = records.access;
  }

  /** Sends a request and resolves with the whole response. `path` may carry a query. */
  fetch(path: string, options: RequestOptions = {}): Promise<GatewayResponse> {
    const { method = "GET", body, trailers = [] } = options;
    const given = Array.isArray(options.headers) ? options.headers : Object.entries(options.headers ?? {});
    const chunks = (Array.isArray(body) ? body : body === undefined ? [] : [body]).map(toBytes);
    const names = new Set(given.map(([name]) => name.toLowerCase()));
    const headers: Header[] = [
      [":method", method],
      [":path", path],
      [":authority", given.find(([name]) => name.toLowerCase() === "host")?.[1] ?? "gateway.test"],
      ...given.filter(([name]) => name.toLowerCase() !== "host"),
    ];
    if (chunks.length === 1 && !Array.isArray(body) && !names.has("content-length")) {
      headers.push(["content-length", String(chunks[0]!.length)]);
    }
    return new Promise((resolve) => {
      const received: { headers: Header[]; chunks: Uint8Array[]; trailers: Header[] } = { headers: [], chunks: [], trailers: [] };
      const finish = (reset?: string) =>
        resolve(new GatewayResponse(received.headers, Buffer.concat(received.chunks), received.trailers, reset));
      const isBodiless = chunks.length === 0 && trailers.length === 0;
      const stream = this.#engine.handle(LISTENER, headers, isBodiless, {
        onHeaders(pairs, endStream) {
          received.headers = pairs;
          if (endStream) finish();
        },
        onData(chunk, endStream) {
          received.chunks.push(chunk);
          if (endStream) finish();
        },
        onTrailers(pairs) {
          received.trailers = pairs;
          finish();
        },
        onReset: finish,
      });
      chunks.forEach((chunk, i) => stream.write(chunk, i === chunks.length - 1 && trailers.length === 0));
      if (trailers.length > 0) stream.writeTrailers(trailers);
    });
  }

  /** Gives a plugin a new configuration, as a push of the control plane does. Refused: the old one keeps serving. */
  configure(config: unknown, plugin = 0): Promise<ConfigureResult> {
    return this.#engine.updateFilter(this.#filters[plugin] ?? "", toConfiguration(config));
  }

  /** Moves virtual time on by `ms` milliseconds; timers on the way fire. */
  async advance(ms: number): Promise<void> {
    if (!(this.clock instanceof VirtualClock)) throw new GatewayError("invalid-configuration", "Only virtual time can be advanced: start the gateway with { clock: \"virtual\" }.");
    await this.clock.advance(ms);
  }

  /** What plugins did that would crash, hang or corrupt a real gateway. */
  get faults(): readonly Fault[] {
    return this.#engine.faults;
  }
  /** Of the first plugin's VM: what it did since the last `ledger.reset()`. */
  get ledger() {
    return this.#engine.vms[0]!.ledger;
  }
  /** Pages of 64 KiB of the first plugin's VM. */
  get memoryPages(): number {
    return this.#engine.vms[0]!.memory.pages;
  }
  /** Stream contexts that exist now, in all VMs. */
  get liveStreams(): number {
    return this.#engine.vms.reduce((sum, vm) => sum + [...vm.contexts.values()].filter((context) => context.stream !== undefined).length, 0);
  }
  get stats() {
    return this.#engine.stats();
  }
  close(): Promise<void> {
    return this.#engine.close();
  }
}

/**
 * Starts a gateway for a test.
 *
 * @throws GatewayError when a module is refused, or a plugin rejects its configuration; with the plugin's log lines
 */
export async function startGateway(options: StartOptions): Promise<TestGateway> {
  const filters = pluginsOf(options).map(toFilter);
  const connectTimeoutMs = options.connectTimeoutMs ?? 1_000;
  const config: GatewayConfig = {
    listeners: [
      {
        name: LISTENER,
        address: { address: "127.0.0.1", port: 10000 },
        filters,
        bufferLimitBytes: options.bufferLimitBytes,
        virtualHosts: [
          {
            name: "default",
            domains: ["*"],
            routes: [
              {
                name: options.routeName ?? "default",
                match: { prefix: "/" },
                action: { cluster: UPSTREAM },
                timeoutMs: options.routeTimeoutMs ?? 15_000,
              },
            ],
          },
        ],
      },
    ],
    clusters: [
      toCluster(UPSTREAM, options.upstream === undefined ? echo : options.upstream, connectTimeoutMs),
      ...Object.entries(options.clusters ?? {}).map(([name, target]) => toCluster(name, target, connectTimeoutMs)),
    ],
  };
  const logs: LogLine[] = [];
  const access: AccessRecord[] = [];
  const clock = options.clock ?? "virtual";
  const usesRedis = filters.some(({ code }) => readModuleInterface(code.bytes).imports.some(({ name }) => name.startsWith("proxy_redis_")));
  const engine = await Gateway.start(config, {
    profile: options.profile ?? (usesRedis ? "higress" : "envoy"),
    clock: clock === "virtual" ? new VirtualClock() : clock === "real" ? new RealClock() : clock,
    logLevel: options.logLevel,
    canary: options.canary,
    onLog: (line) => logs.push(line),
    onAccess: (record) => access.push(record),
  });
  return new TestGateway(engine, filters.map(({ name }) => name), { logs, access });
}

function toBytes(chunk: string | Uint8Array): Uint8Array {
  return typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk;
}
