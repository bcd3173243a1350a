import type { HostFunction } from "../vm/host-function.ts";
import { Status } from "../vm/status.ts";

export const queueFunctions: Record<string, HostFunction> = {
  proxy_register_shared_queue: {
    signature: "i32 i32 i32 -> i32",
    run(vm, name: number, nameSize: number, idSlot: number) {
      const id = vm.context?.root.registerQueue(vm.memory.readText(name, nameSize));
      if (id === undefined) return Status.BadArgument;
      vm.memory.writeU32(idSlot, id);
      return Status.Ok;
    },
  },
  /** An empty VM id means the own one. */
  proxy_resolve_shared_queue: {
    signature: "i32 i32 i32 i32 i32 -> i32",
    run(vm, vmId: number, vmIdSize: number, name: number, nameSize: number, idSlot: number) {
      const owner = vm.memory.readText(vmId, vmIdSize) || vm.vmId;
      const id = vm.host.queues.resolve(owner, vm.memory.readText(name, nameSize));
      if (id === undefined) return Status.NotFound;
      vm.memory.writeU32(idSlot, id);
      return Status.Ok;
    },
  },
  proxy_enqueue_shared_queue: {
    signature: "i32 i32 i32 -> i32",
    run(vm, id: number, data: number, size: number) {
      return vm.host.queues.enqueue(id >>> 0, vm.memory.read(data, size)) ? Status.Ok : Status.NotFound;
    },
  },
  /** 7: empty. */
  proxy_dequeue_shared_queue: {
    signature: "i32 i32 i32 -> i32",
    run(vm, id: number, pointerSlot: number, sizeSlot: number) {
      const item = vm.host.queues.dequeue(id >>> 0);
      if (item === undefined) return Status.NotFound;
      if (item === null) return Status.Empty;
      vm.memory.give(item, pointerSlot, sizeSlot);
      return Status.Ok;
    },
  },
};
