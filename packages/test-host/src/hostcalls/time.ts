import type { HostFunction } from "../vm/host-function.ts";
import { Status } from "../vm/status.ts";

export const timeFunctions: Record<string, HostFunction> = {
  /** Sets the root context's timer, from a stream too; 0 stops it. */
  proxy_set_tick_period_milliseconds: {
    signature: "i32 -> i32",
    run(vm, ms: number) {
      vm.context?.root.setTickPeriod(ms >>> 0);
      vm.trace?.effect(vm, { kind: "tick-period", ms: ms >>> 0 });
      return Status.Ok;
    },
  },
  /** The gateway's clock: in a test with virtual time, that time. */
  proxy_get_current_time_nanoseconds: {
    signature: "i32 -> i32",
    run(vm, slot: number) {
      vm.memory.writeU64(slot, vm.host.clock.now());
      return Status.Ok;
    },
  },
};
