import type { Timer } from "../services/clock.ts";
import { int64 } from "../stream/properties.ts";
import type { Context, PluginIdentity, RootCalls } from "../vm/context.ts";
import { toBytes } from "../vm/pairs.ts";
import { writeProto } from "../vm/protobuf.ts";
import type { CallbackName } from "../vm/callbacks.ts";
import type { CallScope } from "../vm/call-scope.ts";
import type { Vm } from "../vm/vm.ts";
import { Callouts } from "./callouts.ts";
import type { Cluster } from "./clusters.ts";

/** What a root context needs from the gateway. */
export interface RootHost {
  cluster(name: string): Cluster | undefined;
  /** A callback outside of any stream has returned: streams may have been forgotten. */
  calledBack(vm: Vm): void;
}

/** A configured plugin in one VM: its root context. Callouts, ticks and queues belong to it, and end with it. */
export class RootContext implements Context, RootCalls {
  readonly id: number;
  readonly plugin: PluginIdentity;
  readonly vm: Vm;
  readonly root: RootCalls = this;
  readonly callouts: Callouts;
  readonly #host: RootHost;
  #tick: Timer | undefined;
  #tickPeriodMs = 0;
  #closed = false;
  #awaitsDone: (() => void) | undefined;

  constructor(vm: Vm, plugin: PluginIdentity, host: RootHost) {
    this.id = vm.nextContextId();
    this.vm = vm;
    this.plugin = plugin;
    this.#host = host;
    this.callouts = new Callouts(vm, plugin.name, host, (name, args, scope) => this.#call(name, args, scope));
    vm.contexts.set(this.id, this);
  }

  /** Creates the context, starts the VM for it, and configures it. Answers which step the guest refused, or trapped in. */
  start(configuration: Uint8Array): "start" | "configure" | undefined {
    const { vm } = this;
    const ask = (name: CallbackName, size: number, scope: CallScope = {}) =>
      (vm.has(name) ? vm.call(name, this, [this.id, size], scope) : 1) !== 0 && vm.failed === undefined;
    const scope = { pluginConfiguration: configuration };
    vm.call("proxy_on_context_create", this, [this.id, 0], scope);
    if (!ask("proxy_on_vm_start", vm.configuration.length)) return "start";
    return ask("proxy_on_configure", configuration.length, scope) ? undefined : "configure";
  }

  setTickPeriod(ms: number): void {
    if (this.#tickPeriodMs > 0) this.vm.waits--;
    this.#tick?.cancel();
    this.#tickPeriodMs = ms;
    if (ms === 0) return;
    this.vm.waits++;
    this.#arm();
  }
  #arm(): void {
    // Re-armed when the guest has returned, so ticks do not pile up.
    this.#tick = this.vm.host.clock.after(this.#tickPeriodMs, () => {
      const period = this.#tickPeriodMs;
      this.#call("proxy_on_tick", [], {});
      if (!this.#closed && period > 0 && this.#tickPeriodMs === period) this.#arm();
    });
  }

  registerQueue(name: string): number {
    this.vm.waits++;
    return this.vm.host.queues.register(this.vm.vmId, name, (queue) =>
      this.#call("proxy_on_queue_ready", [queue], {}),
    );
  }

  done(): boolean {
    const finish = this.#awaitsDone;
    this.#awaitsDone = undefined;
    if (finish) this.vm.defer(finish);
    return finish !== undefined;
  }

  property(path: readonly string[]): Uint8Array | undefined | null {
    switch (path.join(".")) {
      case "plugin_name":
        return toBytes(this.plugin.name);
      case "plugin_root_id":
        return toBytes(this.plugin.rootId);
      case "plugin_vm_id":
        return toBytes(this.plugin.vmId);
      case "plugin_vm_memory":
        return this.vm.host.profile.hasControlProperties ? int64(this.vm.memory.pages * 65536) : undefined;
      case "xds":
        return null;
      case "xds.node":
        return writeProto([
          [1, toBytes("gateway")],
          [2, toBytes("gateway")],
        ]);
      case "xds.node.id":
      case "xds.node.cluster":
        return toBytes("gateway");
      default:
        return undefined;
    }
  }

  /** Ends the root context: on_done, then on_delete, at once or after `proxy_done`. Its callouts are cancelled. */
  retire(): void {
    if (this.#closed) return;
    const remove = () => {
      this.vm.call("proxy_on_delete", this, [this.id]);
      this.vm.contexts.delete(this.id);
      this.#close();
    };
    const isDone = this.vm.has("proxy_on_done") ? this.vm.call("proxy_on_done", this, [this.id]) : 1;
    if (isDone === 0 && this.vm.failed === undefined) this.#awaitsDone = remove;
    else remove();
  }

  /** Ends timers and connections without telling the guest, as the end of its VM does. */
  drop(): void {
    this.vm.contexts.delete(this.id);
    this.#close();
  }
  #close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.setTickPeriod(0);
    this.callouts.close();
  }

  #call(name: CallbackName, args: number[], scope: CallScope): void {
    if (this.#closed) return;
    this.vm.call(name, this, [this.id, ...args], scope);
    this.#host.calledBack(this.vm);
  }
}
