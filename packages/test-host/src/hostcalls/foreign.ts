import type { HostFunction } from "../vm/host-function.ts";
import { Status } from "../vm/status.ts";
import type { Vm } from "../vm/vm.ts";

/** What a foreign function answers with; without bytes the guest reads pointer 0, size 0. */
export type ForeignFunction = (vm: Vm, argument: Uint8Array) => { status: number; result?: Uint8Array };

const NONE = new Uint8Array();

export const foreignFunctions: Record<string, HostFunction> = {
  /** The gateway's own functions, then those of the profile; other names answer 1. Either result slot may be 0. */
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
      const called = vm.memory.readText(name, nameSize);
      const argument = vm.memory.read(data, size);
      const own = vm.host.foreignFunction(called);
      const known = vm.host.profile.foreignFunctions.get(called);
      if (own === undefined && known === undefined) return Status.NotFound;
      const { status, result = NONE } = own?.(argument) ?? known!(vm, argument);
      const pointer = result.length === 0 ? 0 : vm.memory.place(result);
      if (pointerSlot !== 0) vm.memory.writeU32(pointerSlot, pointer);
      if (sizeSlot !== 0) vm.memory.writeU32(sizeSlot, result.length);
      return status;
    },
  },
};
