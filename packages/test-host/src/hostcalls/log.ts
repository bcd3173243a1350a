import type { HostFunction } from "../vm/host-function.ts";
import { Status } from "../vm/status.ts";

/** Allowed everywhere, even while the module starts and inside the allocator. Lines below the level are dropped with 0. */
export const logFunctions: Record<string, HostFunction> = {
  proxy_log: {
    signature: "i32 i32 i32 -> i32",
    duringStart: true,
    duringAllocation: true,
    run(vm, level: number, pointer: number, size: number) {
      if (level >>> 0 > 5) return Status.BadArgument;
      vm.host.log(level, vm.memory.readText(pointer, size), vm, vm.context, "guest");
      return Status.Ok;
    },
  },
  proxy_get_log_level: {
    signature: "i32 -> i32",
    run(vm, slot: number) {
      vm.memory.writeU32(slot, vm.host.guestLogLevel());
      return Status.Ok;
    },
  },
};
