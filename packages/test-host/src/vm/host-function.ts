import type { Vm } from "./vm.ts";

/** One function that the host offers to guests. */
export interface HostFunction {
  /** As in the module's type section: `i32 i32 -> i32`. */
  signature: string;
  /**
   * Answers with a result code (or nothing for `void`). Parameters arrive as JavaScript numbers, i64 as bigint.
   * Throwing `InvalidMemoryAccess` answers 6.
   */
  run: (vm: Vm, ...args: never[]) => number | void;
  /** Allowed while the module starts (`_initialize`, `_start`, `main`); elsewhere the VM is lost. */
  duringStart?: boolean;
  /** Allowed while the guest's allocator runs on the host's behalf. */
  duringAllocation?: boolean;
}

/** By `module.name`, as in `env.proxy_log`. */
export type HostFunctions = ReadonlyMap<string, HostFunction>;

/** A host call at a time when gateways refuse it; it ends the VM, with the text gateways log. */
export class RestrictedCall extends Error {
  override readonly name = "Error";

  readonly function: string;

  constructor(name: string) {
    super("restricted_callback");
    this.function = name;
  }
}
