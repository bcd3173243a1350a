import type { HostFunction } from "../vm/host-function.ts";
import { fromBytes } from "../vm/pairs.ts";
import { Status } from "../vm/status.ts";

export const sharedDataFunctions: Record<string, HostFunction> = {
  proxy_get_shared_data: {
    signature: "i32 i32 i32 i32 i32 -> i32",
    run(vm, key: number, keySize: number, pointerSlot: number, sizeSlot: number, casSlot: number) {
      const entry = vm.host.sharedData.get(vm.vmId, fromBytes(vm.memory.read(key, keySize)));
      if (entry === undefined) return Status.NotFound;
      vm.memory.give(entry.value, pointerSlot, sizeSlot);
      vm.memory.writeU32(casSlot, entry.cas);
      return Status.Ok;
    },
  },
  /** 8: another write came between. */
  proxy_set_shared_data: {
    signature: "i32 i32 i32 i32 i32 -> i32",
    run(vm, key: number, keySize: number, value: number, valueSize: number, cas: number) {
      const name = fromBytes(vm.memory.read(key, keySize));
      return vm.host.sharedData.set(vm.vmId, name, vm.memory.read(value, valueSize), cas >>> 0);
    },
  },
};
