import type { HostFunction } from "../vm/host-function.ts";
import { fromBytes } from "../vm/pairs.ts";
import { Status } from "../vm/status.ts";

export const propertyFunctions: Record<string, HostFunction> = {
  /** Path segments are separated by NUL. 1: unknown here. 3: empty path, or a value without a serialized form. */
  proxy_get_property: {
    signature: "i32 i32 i32 i32 -> i32",
    run(vm, path: number, pathSize: number, pointerSlot: number, sizeSlot: number) {
      const given = fromBytes(vm.memory.read(path, pathSize));
      if (given === "") return Status.SerializationFailure;
      const text = given.replace(/\0$/, "");
      const value = vm.context?.property(text.split("\0"));
      if (value === undefined) return Status.NotFound;
      if (value === null) return Status.SerializationFailure;
      vm.memory.give(value, pointerSlot, sizeSlot);
      return Status.Ok;
    },
  },
  /** Kept on the stream, for all later Wasm filters; 1 on a root context. */
  proxy_set_property: {
    signature: "i32 i32 i32 i32 -> i32",
    run(vm, path: number, pathSize: number, value: number, valueSize: number) {
      const key = fromBytes(vm.memory.read(path, pathSize));
      const bytes = vm.memory.read(value, valueSize);
      vm.trace?.effect(vm, { kind: "property", path: key.replaceAll("\0", "."), value: fromBytes(bytes) });
      return vm.context?.stream?.setProperty(key, bytes) ?? Status.NotFound;
    },
  },
};
