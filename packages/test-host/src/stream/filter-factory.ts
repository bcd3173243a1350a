import type { Context, PluginIdentity, RootCalls } from "../vm/context.ts";
import type { Vm } from "../vm/vm.ts";

/** One generation of a configured plugin, as streams need it: its VM and its root context. */
export interface FilterPlugin {
  readonly identity: PluginIdentity;
  readonly vm: Vm;
  readonly root: Context & { readonly root: RootCalls };
  /** The stream in which the VM fails goes on without the plugin; otherwise it is answered 503. */
  readonly failOpen: boolean;
  /** Status 1 at headers holds the headers alone, so that body callbacks go on. */
  readonly stopsHeadersOnly: boolean;
  /** Streams that use this generation; a replaced one goes when the last has ended. */
  streamStarted(): void;
  streamEnded(): void;
}
