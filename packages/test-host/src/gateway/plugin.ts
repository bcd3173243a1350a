import type { FilterPlugin } from "../stream/filter-factory.ts";
import type { PluginIdentity } from "../vm/context.ts";
import type { Vm } from "../vm/vm.ts";
import type { WasmFilterConfig } from "./config.ts";
import { GatewayError } from "./gateway-error.ts";
import type { RootContext } from "./root-context.ts";
import type { Thread, VmSlot } from "./thread.ts";

/** A plugin in one VM: its root context, and the streams that use it. Gone when it is replaced and its last stream is. */
export class PluginHandle implements FilterPlugin {
  readonly identity: PluginIdentity;
  readonly vm: Vm;
  readonly root: RootContext;
  readonly failOpen: boolean;
  readonly stopsHeadersOnly: boolean;
  readonly slot: VmSlot;
  streams = 0;
  readonly #thread: Thread;
  #replaced = false;

  constructor(root: RootContext, filter: WasmFilterConfig, thread: Thread, slot: VmSlot) {
    this.root = root;
    this.vm = root.vm;
    this.identity = root.plugin;
    this.failOpen = filter.failOpen;
    this.stopsHeadersOnly =
      filter.allowOnHeadersStopIteration === true || root.vm.host.profile.stopsHeadersOnly(root.vm);
    this.slot = slot;
    this.#thread = thread;
  }

  streamStarted(): void {
    this.streams++;
  }

  streamEnded(): void {
    this.streams--;
    if (this.#replaced && this.streams === 0) this.#retire();
  }

  replace(): void {
    if (this.#replaced) return;
    this.#replaced = true;
    if (this.streams === 0) this.#retire();
  }

  #retire(): void {
    this.root.retire();
    if (this.#thread.release(this.slot)) this.root.drop();
  }
}

/** How often a failed VM was replaced by a new one. */
export interface Reloads {
  succeeded: number;
  failed: number;
  /** Streams that came before the back-off was over. */
  delayed: number;
}

/** When a plugin gets a new VM for one that failed. */
export interface ReloadPolicy {
  /** Milliseconds between two new VMs; undefined: never. */
  readonly backoffMs: number | undefined;
  /** The first new VM waits for the back-off as well. */
  readonly delaysFirst: boolean;
}

/** Higress looks at VMs that asked to be replaced once in this time, in milliseconds. */
const REBUILD_CHECK_MS = 1000;

/** A plugin on one thread. */
export class ThreadPlugin {
  readonly #thread: Thread;
  readonly #filter: WasmFilterConfig;
  readonly #start: () => PluginHandle;
  readonly #policy: ReloadPolicy;
  readonly #reloads: Reloads;
  #handle: PluginHandle;
  #loadedAt: bigint | undefined;
  #replaced = false;

  /** @param start makes a root context, in a new VM when the thread has none that works; throws GatewayError */
  constructor(
    thread: Thread,
    filter: WasmFilterConfig,
    policy: ReloadPolicy,
    reloads: Reloads,
    start: () => PluginHandle,
  ) {
    this.#thread = thread;
    this.#filter = filter;
    this.#start = start;
    this.#policy = policy;
    this.#reloads = reloads;
    this.#handle = this.#begin();
    if (policy.delaysFirst) this.#loadedAt = this.#now;
  }

  get #now(): bigint {
    return this.handle.vm.host.clock.now() / 1_000_000n;
  }

  get handle(): PluginHandle {
    return this.#handle;
  }

  /** A new root context. Its guest may ask for a new VM (the property `wasm_need_rebuild`), which comes between requests. */
  #begin(): PluginHandle {
    const handle = this.#start();
    handle.vm.onRebuildWanted.push(() => {
      handle.vm.host.clock.after(REBUILD_CHECK_MS, () => {
        this.#thread.retire(handle.slot);
        if (this.#handle === handle) this.reload();
      });
    });
    return handle;
  }

  /** What a stream that begins now uses; undefined when it goes without the plugin. */
  forStream(): PluginHandle | undefined {
    if (this.#handle.vm.failed !== undefined) this.#reloadAfterFailure();
    const { failOpen, failurePolicy } = this.#filter;
    const isSkipped = this.#handle.vm.failed !== undefined && (failOpen || failurePolicy === "FAIL_OPEN");
    return isSkipped ? undefined : this.#handle;
  }

  #reloadAfterFailure(): void {
    const { backoffMs } = this.#policy;
    if (backoffMs === undefined) return;
    const now = this.#now;
    if (this.#loadedAt !== undefined && now - this.#loadedAt < BigInt(backoffMs)) {
      this.#reloads.delayed++;
      return;
    }
    this.#loadedAt = now;
    this.reload();
  }

  /** Moves on to a new root context; streams under way stay with the old one. Nothing changes when it does not start. */
  reload(): void {
    if (this.#replaced) return;
    try {
      const old = this.#handle;
      this.#handle = this.#begin();
      this.#reloads.succeeded++;
      old.replace();
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      this.#reloads.failed++;
    }
  }

  replace(): void {
    if (this.#replaced) return;
    this.#replaced = true;
    this.#handle.replace();
  }
}

/** One generation of a configured plugin on all threads: replaced by a new configuration. */
export class PluginGeneration {
  readonly identity: PluginIdentity;
  readonly reloads: Reloads;
  readonly #threads: ThreadPlugin[];
  readonly #startWorkers: () => ThreadPlugin[];
  #workers: readonly ThreadPlugin[] | undefined;
  #users = 0;

  /** @param main absent when the main thread has no VM */
  constructor(
    identity: PluginIdentity,
    reloads: Reloads,
    main: ThreadPlugin | undefined,
    startWorkers: () => ThreadPlugin[],
  ) {
    this.identity = identity;
    this.reloads = reloads;
    this.#threads = main === undefined ? [] : [main];
    this.#startWorkers = startWorkers;
  }

  /** Gateways start the workers' VMs when every plugin has started on the main thread. Throws GatewayError. */
  startWorkers(): void {
    if (this.#workers !== undefined) return;
    this.#workers = this.#startWorkers();
    this.#threads.push(...this.#workers);
  }

  get workers(): readonly ThreadPlugin[] {
    return this.#workers ?? [];
  }

  /** Filters that are configured alike, in whatever listener, have one generation between them. */
  retain(): this {
    this.#users++;
    return this;
  }

  /** The last filter that lets go ends it, when its last stream has ended. */
  release(): void {
    if (--this.#users > 0) return;
    for (const plugin of this.#threads) plugin.replace();
  }

  /** Ends it now, whatever its streams and its on_done say. */
  drop(): void {
    for (const plugin of this.#threads) plugin.handle.root.drop();
  }
}
