import type { HostFunction } from "../vm/host-function.ts";
import { Status } from "../vm/status.ts";

export const metricFunctions: Record<string, HostFunction> = {
  proxy_define_metric: {
    signature: "i32 i32 i32 i32 -> i32",
    run(vm, type: number, name: number, nameSize: number, idSlot: number) {
      const id = vm.metrics.define(type, vm.memory.readText(name, nameSize));
      if (id === undefined) return Status.BadArgument;
      vm.memory.writeU32(idSlot, id);
      return Status.Ok;
    },
  },
  proxy_increment_metric: {
    signature: "i32 i64 -> i32",
    run: (vm, id: number, offset: bigint) => vm.metrics.increment(id >>> 0, offset),
  },
  proxy_record_metric: {
    signature: "i32 i64 -> i32",
    run: (vm, id: number, value: bigint) => vm.metrics.record(id >>> 0, BigInt.asUintN(64, value)),
  },
  proxy_get_metric: {
    signature: "i32 i32 -> i32",
    run(vm, id: number, slot: number) {
      const value = vm.metrics.get(id >>> 0);
      if (typeof value === "number") return value;
      vm.memory.writeU64(slot, value);
      return Status.Ok;
    },
  },
};
