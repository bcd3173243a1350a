import type { VmMetrics } from "../gateway/metrics.ts";
import type { LogLine } from "../gateway/observe.ts";
import { refusal } from "../trace/entry.ts";
import type { TraceRecorder } from "../trace/recorder.ts";
import type { CallScope } from "./call-scope.ts";
import { Capabilities } from "./capabilities.ts";
import type { CallbackName } from "./callbacks.ts";
import type { Context } from "./context.ts";
import { RestrictedCall, type HostFunction } from "./host-function.ts";
import { count, Ledger } from "./ledger.ts";
import { link } from "./link.ts";
import { GuestMemory, InvalidMemoryAccess } from "./memory.ts";
import { Status } from "./status.ts";
import { GuestTrap, isGuestFailure } from "./trap.ts";
import { refusedInStartSection, type LoadedModule } from "./module.ts";
import { runWatched } from "./watchdog.ts";
import type { VmHost } from "./vm-host.ts";

/** What the configuration says about a VM. */
export interface VmSetup {
  vmId: string;
  configuration: Uint8Array;
  thread: LogLine["thread"];
  /** WASI's environment. */
  environment?: Readonly<Record<string, string>>;
  /** Host functions and callbacks that the guest may have, by name; empty or absent: all of them. */
  allowedCapabilities?: readonly string[];
}

/**
 * One instance of a module. Nothing re-enters it: what a host call sets off (resume, local response, close) waits until
 * the outermost call has returned. A trap ends it for good.
 */
export class Vm {
  readonly module: LoadedModule;
  readonly host: VmHost;
  readonly vmId: string;
  readonly thread: LogLine["thread"];
  readonly configuration: Uint8Array;
  readonly marker: string;
  /** `NAME=value`, for WASI. */
  readonly environment: readonly string[];
  readonly ledger = new Ledger();
  readonly metrics: VmMetrics;
  /** Live contexts by id. Ids start at 1, count roots and streams together, and are never used again. */
  readonly contexts = new Map<number, Context>();
  /** Effective context: the callee, until `proxy_set_effective_context`. Undefined while the module starts. */
  context: Context | undefined;
  /** The context that the callback on the stack is for. */
  callee: Context | undefined;
  scope: CallScope = {};
  /** Callouts, ticks and queues that may still call back: what could resume a paused stream. */
  waits = 0;
  /** The trap that ended this VM. */
  failed: GuestTrap | undefined;
  /** Told once, when the VM traps. */
  onFailure: ((trap: GuestTrap) => void) | undefined;
  /** Told once, when the guest asks for a new VM in its place. */
  readonly onRebuildWanted: (() => void)[] = [];
  readonly memory: GuestMemory;
  readonly #exports: WebAssembly.Exports;
  readonly #capabilities: Capabilities;
  #restriction: "start-section" | "start" | "allocation" | undefined;
  #depth = 0;
  #deferred: (() => void)[] = [];
  #lastContextId = 0;
  #lastDnsToken = 1;
  #lastToken = { http: 0, grpcCall: 1, grpcStream: 2, redis: 3 };

  /** @throws GatewayError `module-refused` when the module's start section does what gateways do not survive */
  constructor(module: LoadedModule, host: VmHost, setup: VmSetup) {
    this.module = module;
    this.host = host;
    this.vmId = setup.vmId;
    this.configuration = setup.configuration;
    this.thread = setup.thread;
    this.environment = Object.entries(setup.environment ?? {}).map(([name, value]) => `${name}=${value}`);
    this.#capabilities = new Capabilities(setup.allowedCapabilities ?? []);
    this.marker = module.marker;
    this.metrics = host.metrics.forVm();
    const linked = link(module, (from, name) => this.#function(from, name));
    this.#exports = this.#instantiate(linked.imports).exports;
    const memory = this.#exports.memory ?? linked.memory;
    this.memory = new GuestMemory(memory as WebAssembly.Memory, this.ledger, (size) => this.#allocate(size));
  }

  #instantiate(imports: WebAssembly.Imports): WebAssembly.Instance {
    this.#restriction = "start-section";
    const limitMs = this.module.interface.hasStartSection ? this.host.watchdogMs : 0;
    try {
      return runWatched(limitMs, () => new WebAssembly.Instance(this.module.module, imports));
    } catch (error) {
      const frames = this.module.positions.frames(error);
      throw refusedInStartSection(new GuestTrap("start section", error, frames), error);
    } finally {
      this.#restriction = undefined;
    }
  }

  /** Whether the guest exports a callback; those it does not export, or may not have, are not called. */
  has(name: CallbackName): boolean {
    return (
      typeof this.#exports[name] === "function" &&
      this.host.profile.knowsCallback(name) &&
      this.#capabilities.allowsCallback(name)
    );
  }

  /** Writes down what serving VMs do; trial starts are not told. */
  get trace(): TraceRecorder | undefined {
    return this.thread === "worker" ? this.host.trace : undefined;
  }

  nextContextId(): number {
    return ++this.#lastContextId;
  }

  /** From 2, one by one, as Envoy counts. */
  nextDnsToken(): number {
    return ++this.#lastDnsToken;
  }

  /** One counter per kind; the low two bits tell the kind: HTTP 4, 8; gRPC call 5, 9; gRPC stream 6, 10; Redis 7, 11. */
  nextToken(kind: "http" | "grpcCall" | "grpcStream" | "redis"): number {
    return (this.#lastToken[kind] += 4);
  }

  /** Runs the module's own start code: `_initialize` then `main`, or else `_start`. Check `failed` afterwards. */
  start(): void {
    this.#restriction = "start";
    if (this.has("_initialize")) {
      this.call("_initialize", undefined, []);
      if (this.has("main")) this.call("main", undefined, [0, 0]);
      else if (this.has("__main_void")) this.call("__main_void", undefined, []);
    } else {
      this.call("_start", undefined, []);
    }
    this.#restriction = undefined;
  }

  /**
   * Calls an export with `context` as callee and effective context. Undefined when the guest does not export it, or
   * when the VM has failed, now or before.
   */
  call(
    name: CallbackName,
    context: Context | undefined,
    args: number[],
    scope: CallScope = {},
  ): number | undefined {
    const { trace } = this;
    const asker = trace?.calls.answered(this, name, args, scope);
    if (this.failed !== undefined || !this.has(name)) return undefined;
    const entry = trace?.enter(context?.plugin.name ?? "", name, args.slice(1), context?.streamId ?? asker);
    const outer = { context: this.context, callee: this.callee, scope: this.scope };
    this.context = context;
    this.callee = context;
    this.scope = scope;
    this.#depth++;
    count(this.ledger.entries, name);
    let result: number | undefined;
    try {
      const guest = this.#exports[name] as (...args: number[]) => number | undefined;
      result = runWatched(this.host.watchdogMs, () => guest(...args));
    } catch (error) {
      this.#fail(name, error);
    }
    if (entry !== undefined) trace?.leave(entry, result, (this.failed as GuestTrap | undefined)?.message);
    this.#depth--;
    this.context = outer.context;
    this.callee = outer.callee;
    this.scope = outer.scope;
    while (this.#depth === 0 && this.#deferred.length > 0) this.#deferred.shift()?.();
    return this.failed === undefined ? result : undefined;
  }

  /** Runs `action` when the outermost call into this VM has returned, before its status is acted upon. */
  defer(action: () => void): void {
    if (this.#depth === 0) action();
    else this.#deferred.push(action);
  }

  wantRebuild(): void {
    for (const tell of this.onRebuildWanted.splice(0)) tell();
  }

  #allocate(size: number): number {
    const name = this.has("malloc") ? "malloc" : "proxy_on_memory_allocate";
    this.ledger.allocations++;
    const outer = this.#restriction;
    this.#restriction = "allocation";
    try {
      return (this.#exports[name] as (size: number) => number)(size) >>> 0;
    } finally {
      this.#restriction = outer;
    }
  }

  #fail(entry: string, error: unknown): void {
    if (!isGuestFailure(error)) throw error;
    this.failed = new GuestTrap(entry, error, this.module.positions.frames(error));
    this.#deferred = [];
    this.host.log(5, this.failed.message, this, undefined, "host");
    this.onFailure?.(this.failed);
  }

  /** A host function as the guest calls it, or what a gateway links in place of one that the plugin may not have. */
  #function(module: string, name: string): WebAssembly.ImportValue | undefined {
    const host = this.host.profile.hostFunctions.get(`${module}.${name}`);
    if (host === undefined || this.#capabilities.allowsFunction(module, name))
      return host && this.#wrap(name, host);
    return () => {
      count(this.ledger.hostCalls, name);
      const message = `Attempted call to restricted proxy-wasm capability: ${name}`;
      this.host.log(4, message, this, this.context, "host");
      return Capabilities.refusal(module);
    };
  }

  #wrap(name: string, host: HostFunction): (...args: never[]) => number | void {
    return (...args) => {
      count(this.ledger.hostCalls, name);
      const phase = this.#restriction;
      const isAllowed =
        phase === undefined ||
        (phase === "start" && host.duringStart) ||
        (phase === "allocation" && host.duringAllocation);
      if (!isAllowed) throw new RestrictedCall(name);
      try {
        return this.#told(name, host.run(this, ...args));
      } catch (error) {
        if (error instanceof InvalidMemoryAccess) return this.#told(name, Status.InvalidMemoryAccess);
        throw error;
      }
    };
  }

  #told(name: string, result: number | void): number | void {
    const effect = result === Status.Ok ? undefined : refusal(name, result);
    if (effect !== undefined) this.trace?.effect(this, effect);
    return result;
  }
}
