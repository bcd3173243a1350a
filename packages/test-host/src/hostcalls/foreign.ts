import type { HostFunction } from "../vm/host-function.ts";
import { Status } from "../vm/status.ts";
import type { Vm } from "../vm/vm.ts";

/** What a foreign function answers with; undefined bytes leave the result slots alone. */
export type ForeignFunction = (vm: Vm, argument: Uint8Array) => { status: number; result?: Uint8Array };

export const clearRouteCache: ForeignFunction = (vm) => {
  vm.context?.stream?.clearRouteCache();
  return { status: Status.Ok };
};

/** Higress: the log level as 4 bytes, little-endian. */
export const getLogLevel: ForeignFunction = (vm) => {
  const result = new Uint8Array(4);
  result[0] = vm.host.guestLogLevel();
  return { status: Status.Ok, result };
};

export const foreignFunctions: Record<string, HostFunction> = {
  /** The profile says which names exist; others answer 1. The result slots may both be 0. */
  proxy_call_foreign_function: {
    signature: "i32 i32 i32 i32 i32 i32 -> i32",
    run(
      vm,
      name: number,
      nameSize: number,
      data: number,
      size: number,
      pointerSlot: number,
      sizeSlot: number,
    ) {
      const called = vm.host.profile.foreignFunctions.get(vm.memory.readText(name, nameSize));
      const argument = vm.memory.read(data, size);
      if (called === undefined) return Status.NotFound;
      const { status, result } = called(vm, argument);
      if (result !== undefined && pointerSlot !== 0 && sizeSlot !== 0)
        vm.memory.give(result, pointerSlot, sizeSlot);
      return status;
    },
  },
};
