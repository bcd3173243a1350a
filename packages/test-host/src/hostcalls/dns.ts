import type { HostFunction } from "../vm/host-function.ts";
import { Status } from "../vm/status.ts";

/** Of Envoy and what is built on it, not of the ABI. */
export const dnsFunctions: Record<string, HostFunction> = {
  /** Answers through `envoy_on_resolve_dns` with call data (buffer 8); for a name that is known at once, from inside this call. */
  envoy_resolve_dns: {
    signature: "i32 i32 i32 -> i32",
    run(vm, name: number, size: number, tokenSlot: number) {
      const text = vm.memory.readText(name, size);
      const callouts = vm.context?.root.callouts;
      if (callouts === undefined) return Status.BadArgument;
      vm.memory.writeU32(tokenSlot, 0);
      const { status, token } = callouts.resolveDns(text);
      vm.memory.writeU32(tokenSlot, token);
      return status;
    },
  },
};
