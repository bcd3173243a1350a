import type { Endpoint } from "../gateway/config.ts";
import type { DownstreamEvents, DownstreamInfo } from "../gateway/downstream.ts";
import { Gateway } from "../gateway/gateway.ts";
import type { FaultCode } from "../gateway/error-codes.ts";
import { GatewayError } from "../gateway/gateway-error.ts";
import type { AccessRecord, Fault, LogLevel, LogLine } from "../gateway/observe.ts";
import type { ConfigureResult } from "../gateway/options.ts";
import type { Clock } from "../services/clock.ts";
import { RealClock } from "../services/real-clock.ts";
import type { Header } from "../services/upstream/upstream.ts";
import { VirtualClock } from "../services/virtual-clock.ts";
import { Body } from "../stream/body.ts";
import type { HttpStream } from "../stream/http-stream.ts";
import type { RequestTrace, TraceStep } from "../trace/trace.ts";
import { configurationBytes, fittingProfile, gatewayConfig, LISTENER } from "./gateway-config.ts";
import { Inspection } from "./inspection.ts";
import { LedgerView } from "./ledger-view.ts";
import type { FetchOptions, StartOptions } from "./options.ts";
import { outgoingRequest, type GatewayRequest } from "./request.ts";
import { surroundings } from "./surroundings.ts";
import { GatewayResponse } from "./response.ts";
import { isLine, rememberGateway } from "./traced.ts";
import { watchGateway } from "./watch.ts";

const KEPT_TRACES = 1000;
const NO_TRACE: RequestTrace = {
  id: 0,
  listener: LISTENER,
  method: "",
  path: "",
  authority: "",
  startedAtMs: 0,
  steps: [],
};

/** A gateway inside a test. */
export class TestGateway {
  /** As `logs`; looking here is not looking. */
  readonly log: LogLine[] = [];
  readonly ledger: LedgerView;
  readonly clock: Clock;
  readonly #gateway: Gateway;
  readonly #firstFilter: string | undefined;
  readonly #records = new Map<number, AccessRecord>();
  readonly #inspection = new Inspection(this);
  readonly #chunks: number | undefined;

  private constructor(
    gateway: Gateway,
    clock: Clock,
    firstFilter: string | undefined,
    options: StartOptions,
  ) {
    this.#gateway = gateway;
    this.clock = clock;
    this.#firstFilter = firstFilter;
    this.#chunks = options.chunks;
    this.ledger = new LedgerView(() => gateway.vms.map((vm) => vm.ledger));
  }

  /** @throws GatewayError when a module is refused or a plugin rejects its configuration, with what the plugin logged */
  static async start(
    options: StartOptions,
    endpointFor?: (cluster: string) => Endpoint,
  ): Promise<TestGateway> {
    const config = gatewayConfig(options);
    const { clock: chosen = "virtual" } = options;
    const clock = chosen === "virtual" ? new VirtualClock() : chosen === "real" ? new RealClock() : chosen;
    let started: TestGateway | undefined;
    const early: LogLine[] = [];
    const gateway = await Gateway.start(config, {
      profile: options.profile ?? fittingProfile(config),
      clock,
      ...(endpointFor !== undefined && { endpointFor }),
      logLevel: options.logLevel ?? "info",
      canary: options.canary ?? true,
      ...(options.trace !== false && { trace: { keep: KEPT_TRACES } }),
      workers: options.workers ?? 1,
      watchdogMs: options.watchdogMs ?? 2000,
      ...surroundings(options),
      onLog: (line) => {
        if (line.thread === "worker") (started?.log ?? early).push(line);
      },
      onAccess: (record) => {
        if (started !== undefined) started.#records.set(record.streamId, record);
      },
    });
    started = new TestGateway(gateway, clock, config.listeners[0]?.filters[0]?.name, options);
    started.log.push(...early);
    watchGateway(started);
    return started;
  }

  /** What plugins did that a real gateway would not survive. A test made with the kit's `test` fails when any is left. */
  get faults(): readonly Fault[] {
    return this.#gateway.faults;
  }

  /**
   * Log lines of the serving VMs and of the gateway, in order. Reading them says that the test knows those that are
   * there: an error line that no test has read fails it.
   */
  get logs(): LogLine[] {
    for (const line of this.log) this.#inspection.expected(line);
    return this.log;
  }

  /** Says that log lines whose message holds `text` are expected, and returns the first; undefined when there is none. */
  expectLog(text: string | RegExp, level?: LogLevel): LogLine | undefined {
    const lines = this.log.filter((line) => isLine(line, text, level));
    for (const line of lines) this.#inspection.expected(line);
    return lines[0];
  }

  /** Lets everything in this process come to rest; virtual time stands still. */
  async settle(): Promise<void> {
    if (this.clock instanceof VirtualClock) await this.clock.settle();
  }

  /** Lets everything come to rest, and records what is wrong then though nothing broke. The kit does so after a test. */
  async inspect(): Promise<void> {
    if (this.traces.some((trace) => trace.end === undefined)) await this.settle();
    this.#gateway.faults.push(...this.#inspection.find());
  }

  /**
   * Says that a fault is expected: removes the first with this code and returns it. Throws when there is none.
   * Callouts and requests under way, unread error lines and growing memory count from now on, not at the test's end only.
   */
  takeFault(code: FaultCode): Fault {
    this.#gateway.faults.push(...this.#inspection.find(code));
    const index = this.#gateway.faults.findIndex((fault) => fault.code === code);
    if (index >= 0) return this.#gateway.faults.splice(index, 1)[0]!;
    const recorded = this.#gateway.faults.map((fault) => fault.code).join(", ") || "none";
    throw new Error(`Expected a fault "${code}"; recorded: ${recorded}.`);
  }

  /** Linear memory of all VMs, in pages of 64 KiB. */
  get memoryPages(): number {
    return this.#gateway.vms.reduce((sum, vm) => sum + vm.memory.pages, 0);
  }

  /** Root and stream contexts that exist now; a gateway at rest has one per plugin. */
  get liveContexts(): number {
    return this.#gateway.vms.reduce((sum, vm) => sum + vm.contexts.size, 0);
  }

  /** What happened to the last 1,000 requests, phase by phase, those under way at the end. */
  get traces(): RequestTrace[] {
    return this.#gateway.trace?.traces ?? [];
  }

  /** What plugins did outside of any request: configuration, ticks, queues. */
  get backgroundTrace(): TraceStep[] {
    return this.#gateway.trace?.background ?? [];
  }

  /** Values of the metrics that plugins defined, by name. */
  get metrics(): Record<string, number> {
    return this.#gateway.stats().metrics;
  }

  /** Begins a request, and leaves to the caller what comes then. */
  open(
    headers: Header[],
    endStream: boolean,
    events: DownstreamEvents,
    info?: DownstreamInfo,
  ): { stream: HttpStream; trace: RequestTrace } {
    const stream = this.#gateway.handle(LISTENER, headers, endStream, events, info);
    const trace = this.#gateway.trace?.trace(stream.id) ?? NO_TRACE;
    rememberGateway(trace, this);
    return { stream, trace };
  }

  /**
   * Sends a request. Resolves with the response when it is complete, or was cut; rejects only when `signal` aborts.
   * With virtual time a request that waits for time needs `gateway.advance`.
   */
  fetch(path: string, options: FetchOptions = {}): GatewayRequest {
    const given = { ...(this.#chunks !== undefined && { chunks: this.#chunks }), ...options };
    const { headers, chunks, trailers } = outgoingRequest(path, given);
    const endStream = chunks.length === 0 && trailers.length === 0;
    let trace = NO_TRACE;
    const response = new Promise<GatewayResponse>((resolve, reject) => {
      const received = { headers: [] as Header[], body: new Body(), trailers: [] as Header[] };
      const complete = (reset?: string) => {
        const details = this.#records.get(stream.id)?.details ?? "";
        this.#records.delete(stream.id);
        this.#inspection.requestEnded();
        resolve(new GatewayResponse({ ...received, body: received.body.bytes(), details, reset, trace }));
      };
      const opened = this.open(headers, endStream, {
        onHeaders(head, end) {
          received.headers = head;
          if (end) complete();
        },
        onData(chunk, end) {
          received.body.append(chunk);
          if (end) complete();
        },
        onTrailers(head) {
          received.trailers = head;
          complete();
        },
        onReset: complete,
      });
      const { stream } = opened;
      trace = opened.trace;
      options.signal?.addEventListener("abort", () => {
        stream.disconnect();
        this.#records.delete(stream.id);
        reject(options.signal?.reason);
      });
      for (const chunk of chunks) stream.write(chunk, false);
      if (trailers.length > 0) stream.writeTrailers(trailers);
      else if (!endStream) stream.write(new Uint8Array(), true);
    });
    return Object.assign(response, { trace });
  }

  /**
   * Gives a plugin a new configuration, as an operator does. Refused: the previous one keeps serving.
   *
   * @param name of the plugin; default the first in the chain
   */
  configure(config: unknown, name: string = this.#firstFilter ?? ""): Promise<ConfigureResult> {
    return this.#gateway.updateFilter(name, configurationBytes(config));
  }

  /** Moves virtual time on, firing ticks, timeouts and expiries on the way, and lets everything come to rest. */
  async advance(ms: number): Promise<void> {
    if (!(this.clock instanceof VirtualClock)) {
      throw new GatewayError("invalid-configuration", "advance() needs the virtual clock.", {
        hint: 'Start the gateway without `clock`, or with clock: "virtual".',
      });
    }
    await this.clock.advance(ms);
  }

  async close(): Promise<void> {
    await this.#gateway.close();
  }
}
