import type { Context } from "../vm/context.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { Status } from "../vm/status.ts";
import type { Vm } from "../vm/vm.ts";

const REQUEST_BODY = 0;
const RESPONSE_BODY = 1;
const HTTP_CALL_BODY = 4;
const GRPC_MESSAGE = 5;
const VM_CONFIGURATION = 6;
const PLUGIN_CONFIGURATION = 7;
const CALL_DATA = 8;
const REDIS_REPLY = 9;

/** Outside of its callback, a gateway shows in the call data's place the configuration that the context read last. */
const lastConfiguration = new WeakMap<Context, Uint8Array>();

function remembered<T extends Uint8Array | undefined>(vm: Vm, bytes: T): T {
  if (vm.context !== undefined && bytes !== undefined) lastConfiguration.set(vm.context, bytes);
  return bytes;
}

/** The bytes of a buffer, or the result code where there are none: unavailable bodies read as empty. */
function bytesOf(vm: Vm, type: number): Uint8Array | Status {
  switch (type >>> 0) {
    case REQUEST_BODY:
    case RESPONSE_BODY:
      return vm.context?.stream?.body(type)?.bytes() ?? new Uint8Array();
    case HTTP_CALL_BODY:
      return vm.scope.httpCall?.body ?? Status.NotFound;
    case GRPC_MESSAGE:
      return vm.scope.grpcMessage?.bytes() ?? new Uint8Array();
    case VM_CONFIGURATION:
      return remembered(vm, vm.configuration);
    case PLUGIN_CONFIGURATION:
      return remembered(vm, vm.scope.pluginConfiguration) ?? Status.NotFound;
    case CALL_DATA:
      return vm.scope.callData ?? (vm.context && lastConfiguration.get(vm.context)) ?? new Uint8Array();
    case REDIS_REPLY:
      if (vm.host.profile.hasRedis) return vm.scope.redisReply ?? Status.NotFound;
      return Status.BadArgument;
    default:
      return type >>> 0 <= 8 ? new Uint8Array() : Status.BadArgument;
  }
}

export const bufferFunctions: Record<string, HostFunction> = {
  /** Clamps start and length to what is there. */
  proxy_get_buffer_bytes: {
    signature: "i32 i32 i32 i32 i32 -> i32",
    run(vm, type: number, start: number, length: number, pointerSlot: number, sizeSlot: number) {
      const bytes = bytesOf(vm, type);
      if (typeof bytes === "number") return bytes;
      vm.memory.give(bytes.subarray(start >>> 0, (start >>> 0) + (length >>> 0)), pointerSlot, sizeSlot);
      return Status.Ok;
    },
  },
  /** Flags are always 0. */
  proxy_get_buffer_status: {
    signature: "i32 i32 i32 -> i32",
    run(vm, type: number, lengthSlot: number, flagsSlot: number) {
      const bytes = bytesOf(vm, type);
      if (typeof bytes === "number") return bytes;
      vm.memory.writeU32(lengthSlot, bytes.length);
      vm.memory.writeU32(flagsSlot, 0);
      return Status.Ok;
    },
  },
  /** Bodies, and the received gRPC message. The message's content-length stays as it is. */
  proxy_set_buffer_bytes: {
    signature: "i32 i32 i32 i32 i32 -> i32",
    run(vm, type: number, start: number, size: number, pointer: number, length: number) {
      const bytes = vm.memory.read(pointer, length);
      if (type !== REQUEST_BODY && type !== RESPONSE_BODY && type !== GRPC_MESSAGE) {
        const present = bytesOf(vm, type);
        return typeof present === "number" ? present : Status.BadArgument;
      }
      if (type === GRPC_MESSAGE) {
        const message = vm.scope.grpcMessage;
        return message?.splice(start >>> 0, size >>> 0, bytes) ? Status.Ok : Status.BadArgument;
      }
      const body = vm.context?.stream?.body(type);
      if (body !== undefined) {
        const side = type === REQUEST_BODY ? "request" : "response";
        vm.trace?.changing(vm, `${side} body`, { side, body });
      }
      return body?.splice(start >>> 0, size >>> 0, bytes) ? Status.Ok : Status.BadArgument;
    },
  },
};
