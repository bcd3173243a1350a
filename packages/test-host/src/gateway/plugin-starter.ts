import { createHash } from "node:crypto";
import type { PluginIdentity } from "../vm/context.ts";
import { loadModule, type LoadedModule } from "../vm/module.ts";
import { Vm } from "../vm/vm.ts";
import type { VmHost } from "../vm/vm-host.ts";
import type { WasmFilterConfig } from "./config.ts";
import { GatewayError } from "./gateway-error.ts";
import type { LogLine } from "./observe.ts";
import { PluginGeneration, PluginHandle, ThreadPlugin, type ReloadPolicy } from "./plugin.ts";
import { RootContext, type RootHost } from "./root-context.ts";
import { Thread } from "./thread.ts";

/** Envoy's `reload_config.backoff` without a value, and Higress's pause between two rebuilds. */
const DEFAULT_BACKOFF_MS = 1000;

/** Plugins with the same key share one VM of a thread: vm id, VM configuration and code. */
function vmKey(filter: WasmFilterConfig): string {
  const hash = createHash("sha256");
  for (const part of [filter.vmId, filter.vmConfiguration, filter.code.bytes]) hash.update(part).update("\0");
  return hash.digest("hex");
}

/** Filters with the same key share root contexts: everything that the configuration says but the filter's name. */
function pluginKey(key: string, filter: WasmFilterConfig): string {
  const left = { name: undefined, code: undefined, vmConfiguration: undefined };
  const configuration = Buffer.from(filter.configuration).toString("base64");
  return JSON.stringify([key, { ...filter, ...left, configuration }]);
}

/** Starts plugins in the order gateways do: base VM for the module's start code, canary, main thread, workers. */
export class PluginStarter {
  readonly #host: VmHost;
  readonly #roots: RootHost;
  /** Undefined without a canary: then the workers' VMs are the only ones. */
  readonly #main: Thread | undefined;
  readonly #workers: readonly Thread[];
  /** Lines logged while the last start ran; for its error. */
  recent: LogLine[] = [];
  #isStarting = false;

  /** @param isWhole false: without the base VM, the canary, and the main thread's own VM */
  constructor(host: VmHost, roots: RootHost, isWhole: boolean, workers: number) {
    this.#host = host;
    this.#roots = roots;
    this.#main = isWhole ? new Thread("main") : undefined;
    this.#workers = Array.from({ length: workers }, () => new Thread("worker"));
  }

  /** Those of the workers: the VMs that serve requests. */
  get vms(): Vm[] {
    return this.#workers.flatMap((thread) => thread.vms);
  }

  /**
   * Starts a plugin on the main thread. Its workers come with `startWorkers`.
   *
   * @param pass generations that the same configuration has brought so far
   * @throws GatewayError with the guest's log lines; nothing has changed then
   */
  start(filter: WasmFilterConfig, pass: Map<string, PluginGeneration>): PluginGeneration {
    const key = vmKey(filter);
    return this.#recorded(() => {
      const shared = pass.get(pluginKey(key, filter));
      if (shared !== undefined) return shared;
      const generation = this.#startOnMain(filter, key);
      pass.set(pluginKey(key, filter), generation);
      return generation;
    });
  }

  /** Every line of the log is told. */
  note(line: LogLine): void {
    if (this.#isStarting) this.recent.push(line);
  }

  #recorded<T>(start: () => T): T {
    this.recent = [];
    this.#isStarting = true;
    try {
      return start();
    } finally {
      this.#isStarting = false;
    }
  }

  #startOnMain(filter: WasmFilterConfig, key: string): PluginGeneration {
    const running = (this.#main ?? this.#workers[0])?.find(key);
    const module = running?.module ?? loadModule(filter.code.bytes, filter.code.path, this.#host.profile);
    const identity = { name: filter.pluginName, rootId: filter.rootId, vmId: filter.vmId };
    if (this.#main !== undefined) {
      if (running === undefined) this.#vm(module, filter, "base");
      const canary = this.#vm(module, filter, "canary");
      this.#configure(canary, filter, identity).drop();
    }
    const reloads = { succeeded: 0, failed: 0, delayed: 0 };
    const on = (thread: Thread) => {
      const start = () => this.#startOn(thread, module, key, filter, identity);
      return new ThreadPlugin(thread, filter, this.#reloadPolicy(filter), reloads, start);
    };
    const onWorkers = () => {
      const started: ThreadPlugin[] = [];
      try {
        for (const thread of this.#workers) started.push(on(thread));
      } catch (error) {
        for (const plugin of started) plugin.replace();
        throw error;
      }
      return started;
    };
    const main = this.#main && on(this.#main);
    return new PluginGeneration(identity, reloads, main, () => this.#recorded(onWorkers));
  }

  #reloadPolicy({ failurePolicy, reloadBackoffMs = DEFAULT_BACKOFF_MS }: WasmFilterConfig): ReloadPolicy {
    if (failurePolicy === "FAIL_RELOAD") return { backoffMs: reloadBackoffMs, delaysFirst: true };
    return this.#host.profile.rebuildsFailedVms
      ? { backoffMs: DEFAULT_BACKOFF_MS, delaysFirst: false }
      : { backoffMs: undefined, delaysFirst: false };
  }

  #startOn(
    thread: Thread,
    module: LoadedModule,
    key: string,
    filter: WasmFilterConfig,
    identity: PluginIdentity,
  ): PluginHandle {
    const slot = thread.acquire(key, () => this.#vm(module, filter, thread.name));
    try {
      const root = this.#configure(slot.vm, filter, identity);
      slot.vm.onFailure ??= (trap) => {
        this.#host.fault(trap.code, trap.message, filter.pluginName);
        this.#roots.calledBack(slot.vm);
      };
      return new PluginHandle(root, filter, thread, slot);
    } catch (error) {
      thread.release(slot);
      throw error;
    }
  }

  #vm(module: LoadedModule, filter: WasmFilterConfig, thread: LogLine["thread"]): Vm {
    const vm = new Vm(module, this.#host, {
      vmId: filter.vmId,
      configuration: filter.vmConfiguration,
      thread,
      ...(filter.environment && { environment: filter.environment }),
      ...(filter.allowedCapabilities && { allowedCapabilities: filter.allowedCapabilities }),
    });
    vm.start();
    if (vm.failed === undefined) return vm;
    const restricted = vm.failed.message.includes("restricted_callback");
    throw this.#error("start-failed", filter, vm.failed.message, {
      hint: restricted
        ? "While the module starts, a gateway allows proxy_log and WASI only: move other host calls to on_configure."
        : "The module's start code trapped.",
    });
  }

  #configure(vm: Vm, filter: WasmFilterConfig, identity: PluginIdentity): RootContext {
    const root = new RootContext(vm, identity, this.#roots);
    const refused = root.start(filter.configuration);
    if (refused === undefined) return root;
    root.drop();
    const tried = vm.thread === "main" || vm.thread === "worker";
    const again =
      tried && this.#main !== undefined
        ? ` A trial VM had accepted it, the ${vm.thread} thread's has not, and it must do the same in every VM: ` +
          "Envoy would go on and let requests pass without the plugin, whatever the failure policy."
        : "";
    if (vm.failed !== undefined) {
      throw this.#error(
        "start-failed",
        filter,
        vm.failed.message,
        again === "" ? {} : { hint: again.trim() },
      );
    }
    throw refused === "configure"
      ? this.#error("configuration-rejected", filter, "Failed to configure base Wasm plugin", {
          hint: `on_configure returned false: the plugin refuses this configuration.${again}`,
        })
      : this.#error("start-failed", filter, "Failed to start base Wasm", {
          hint: `on_vm_start returned false.${again}`,
        });
  }

  #error(
    code: "start-failed" | "configuration-rejected",
    filter: WasmFilterConfig,
    message: string,
    options: { hint?: string },
  ): GatewayError {
    return new GatewayError(code, `Plugin ${filter.pluginName}: ${message}`, {
      ...options,
      logs: this.recent,
    });
  }
}
