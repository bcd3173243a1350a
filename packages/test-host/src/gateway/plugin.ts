import { createHash } from "node:crypto";
import type { Profile } from "../profile/profile.ts";
import type { FilterPlugin } from "../stream/filter-factory.ts";
import type { PluginIdentity } from "../vm/context.ts";
import { loadModule, type LoadedModule } from "../vm/module.ts";
import { Vm, type VmHost } from "../vm/vm.ts";
import type { WasmFilterConfig } from "./config.ts";
import { GatewayError } from "./gateway-error.ts";
import type { LogLine } from "./observe.ts";
import { RootContext, type RootHost } from "./root-context.ts";

/** Plugins with the same key share one VM: vm id, VM configuration and code. */
export function vmKey(filter: WasmFilterConfig): string {
  const hash = createHash("sha256");
  for (const part of [filter.vmId, filter.vmConfiguration, filter.code.bytes]) hash.update(part).update("\0");
  return hash.digest("hex");
}

export interface VmSlot {
  module: LoadedModule;
  vm: Vm;
}

/** One generation of a configured filter: replaced by a new configuration, and gone when its last stream is. */
export class PluginGeneration implements FilterPlugin {
  readonly identity: PluginIdentity;
  readonly vm: Vm;
  readonly root: RootContext;
  readonly failOpen: boolean;
  streams = 0;
  #replaced = false;

  constructor(root: RootContext, filter: WasmFilterConfig) {
    this.root = root;
    this.vm = root.vm;
    this.identity = root.plugin;
    this.failOpen = filter.failOpen;
  }

  streamStarted(): void {
    this.streams++;
  }

  streamEnded(): void {
    this.streams--;
    if (this.#replaced && this.streams === 0) this.root.retire();
  }

  replace(): void {
    if (this.#replaced) return;
    this.#replaced = true;
    if (this.streams === 0) this.root.retire();
  }
}

/** Starts plugins in the order gateways do: base VM for the module's start code, canary, worker. */
export class PluginStarter {
  readonly #host: VmHost;
  readonly #roots: RootHost;
  readonly #useCanary: boolean;
  readonly #profile: Profile;
  readonly #slots = new Map<string, VmSlot>();
  /** Lines logged while the current start runs; for its error. */
  recent: LogLine[] = [];

  constructor(host: VmHost, roots: RootHost, useCanary: boolean) {
    this.#host = host;
    this.#roots = roots;
    this.#useCanary = useCanary;
    this.#profile = host.profile;
  }

  get vms(): Vm[] {
    return [...this.#slots.values()].map((slot) => slot.vm);
  }

  /** @throws GatewayError with the guest's log lines; nothing has changed then */
  start(filter: WasmFilterConfig): PluginGeneration {
    this.recent = [];
    const key = vmKey(filter);
    const slot = this.#slots.get(key);
    const module = slot?.module ?? loadModule(filter.code.bytes, filter.code.path, this.#profile);
    if (this.#useCanary) {
      if (slot === undefined) this.#run(this.#vm(module, filter, "base"), filter);
      const canary = this.#vm(module, filter, "canary");
      this.#run(canary, filter);
      this.#configure(canary, filter).drop();
    }
    const vm = slot?.vm ?? this.#run(this.#vm(module, filter, "worker"), filter);
    const root = this.#configure(vm, filter);
    if (slot === undefined) {
      this.#slots.set(key, { module, vm });
      vm.onFailure = (trap) => this.#host.fault("trap", trap.message, filter.pluginName);
    }
    return new PluginGeneration(root, filter);
  }

  #vm(module: LoadedModule, filter: WasmFilterConfig, thread: LogLine["thread"]): Vm {
    return new Vm(module, this.#host, { vmId: filter.vmId, configuration: filter.vmConfiguration, thread });
  }

  #run(vm: Vm, filter: WasmFilterConfig): Vm {
    vm.start();
    if (vm.failed !== undefined) {
      const restricted = vm.failed.message.includes("restricted_callback");
      throw this.#error("start-failed", filter, vm.failed.message, {
        hint: restricted
          ? "While the module starts, a gateway allows proxy_log and WASI only: move other host calls to on_configure."
          : "The module's start code trapped.",
      });
    }
    return vm;
  }

  #configure(vm: Vm, filter: WasmFilterConfig): RootContext {
    const identity = { name: filter.pluginName, rootId: filter.rootId, vmId: filter.vmId };
    const root = new RootContext(vm, identity, this.#roots);
    const refused = root.start(filter.configuration);
    if (refused === undefined) return root;
    root.drop();
    if (vm.failed !== undefined) throw this.#error("start-failed", filter, vm.failed.message, {});
    throw refused === "configure"
      ? this.#error("configuration-rejected", filter, "Failed to configure base Wasm plugin", {
          hint: "on_configure returned false: the plugin refuses this configuration.",
        })
      : this.#error("start-failed", filter, "Failed to start base Wasm", {
          hint: "on_vm_start returned false.",
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
