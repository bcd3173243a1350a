import type { Vm } from "../vm/vm.ts";
import type { VmHost } from "../vm/vm-host.ts";
import type { ListenerConfig, WasmFilterConfig } from "./config.ts";
import { GatewayError } from "./gateway-error.ts";
import type { LogLine, PluginStats } from "./observe.ts";
import type { ConfigureResult, GatewayOptions } from "./options.ts";
import type { PluginGeneration, PluginHandle } from "./plugin.ts";
import { PluginStarter } from "./plugin-starter.ts";
import type { RootHost } from "./root-context.ts";

/** The wasm filters of all listeners, and the generation of its plugin that each uses now. */
export class FilterTable {
  readonly #entries = new Map<string, { config: WasmFilterConfig; plugin: PluginGeneration }>();
  readonly #starter: PluginStarter;
  readonly #workers: number;

  constructor(host: VmHost, roots: RootHost, { canary = true, workers = 1 }: GatewayOptions) {
    this.#workers = workers;
    this.#starter = new PluginStarter(host, roots, canary, workers);
  }

  /** Every line of the log is told: those of a start belong to its outcome. */
  note(line: LogLine): void {
    this.#starter.note(line);
  }

  /** The VMs that serve requests. */
  get vms(): Vm[] {
    return this.#starter.vms;
  }

  /** @throws GatewayError */
  start(listeners: readonly ListenerConfig[]): void {
    const pass = new Map<string, PluginGeneration>();
    for (const listener of listeners) {
      for (const config of listener.filters) {
        const plugin = this.#starter.start(config, pass).retain();
        this.#entries.set(keyOf(listener, config), { config, plugin });
      }
    }
    for (const plugin of pass.values()) plugin.startWorkers();
  }

  /** The plugins that a stream passes, on the worker whose turn it is. */
  forStream(
    listener: ListenerConfig,
    streamId: number,
    disabled: Readonly<Record<string, boolean>> = {},
  ): PluginHandle[] {
    const worker = streamId % this.#workers;
    return listener.filters.flatMap((filter) => {
      if (disabled[filter.name] === true) return [];
      return this.#entries.get(keyOf(listener, filter))?.plugin.workers[worker]?.forStream() ?? [];
    });
  }

  /** @param name of the HTTP filter; in every listener that has it */
  update(name: string, change: Uint8Array | Partial<Omit<WasmFilterConfig, "name">>): ConfigureResult {
    const matching = [...this.#entries].filter(([key]) => key.endsWith(`\0${name}`));
    if (matching.length === 0) {
      const names = [...this.#entries.values()].map(({ config }) => config.name).join(", ");
      throw new GatewayError("unknown-filter", `No filter is named "${name}".`, {
        hint: `There is: ${names}.`,
      });
    }
    const settings = change instanceof Uint8Array ? { configuration: change } : change;
    const logs: LogLine[] = [];
    const pass = new Map<string, PluginGeneration>();
    const started: [string, WasmFilterConfig, PluginGeneration][] = [];
    for (const [key, { config }] of matching) {
      const next = { ...config, ...settings };
      try {
        const plugin = this.#starter.start(next, pass).retain();
        started.push([key, next, plugin]);
        logs.push(...this.#starter.recent);
        plugin.startWorkers();
        logs.push(...this.#starter.recent);
      } catch (error) {
        if (!(error instanceof GatewayError)) throw error;
        logs.push(...this.#starter.recent);
        for (const [, , plugin] of started) plugin.release();
        return { accepted: false, error, logs };
      }
    }
    for (const [key, config, plugin] of started) {
      const old = this.#entries.get(key)?.plugin;
      this.#entries.set(key, { config, plugin });
      old?.release();
    }
    return { accepted: true, logs };
  }

  stats(): PluginStats[] {
    return [...this.#entries.values()].map(({ config, plugin }): PluginStats => {
      const vms = plugin.workers.map(({ handle }) => handle.vm);
      const contexts = vms.flatMap((vm) => [...vm.contexts.values()]);
      return {
        filter: config.name,
        plugin: config.pluginName,
        vmId: config.vmId,
        failed: vms.some((vm) => vm.failed !== undefined),
        reloads: { ...plugin.reloads },
        memoryPages: vms.reduce((sum, vm) => sum + vm.memory.pages, 0),
        liveContexts: contexts.filter((context) => context.plugin === plugin.identity).length,
      };
    });
  }

  /** Ends the plugins when their last streams have ended. */
  release(): void {
    for (const { plugin } of this.#entries.values()) plugin.release();
  }

  /** Ends them now. */
  close(): void {
    this.release();
    for (const { plugin } of this.#entries.values()) plugin.drop();
  }
}

function keyOf(listener: ListenerConfig, filter: WasmFilterConfig): string {
  return `${listener.name}\0${filter.name}`;
}
