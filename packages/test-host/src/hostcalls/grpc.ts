import type { HostFunction } from "../vm/host-function.ts";
import { grpcCallEffect } from "../trace/effects.ts";
import { decodePairs, fromBytes } from "../vm/pairs.ts";
import { Status } from "../vm/status.ts";
import type { GrpcCallRequest } from "../vm/context.ts";
import type { Vm } from "../vm/vm.ts";

type Span = readonly [pointer: number, size: number];

function request(vm: Vm, target: Span, service: Span, method: Span, metadata: Span): GrpcCallRequest {
  return {
    target: vm.memory.read(...target),
    service: fromBytes(vm.memory.read(...service)),
    method: fromBytes(vm.memory.read(...method)),
    initialMetadata: decodePairs(vm.memory.read(...metadata)) ?? [],
  };
}

/** gRPC callouts. Unlike an HTTP callout's, the token slot is written last: a call that goes out is not undone by a bad one. The target is a serialized `GrpcService`, or the name of a cluster whose name does not parse as one. */
export const grpcFunctions: Record<string, HostFunction> = {
  /** One message there and one back. 4: no such cluster. 10: nothing was sent, which `proxy_on_grpc_close` tells, too. */
  proxy_grpc_call: {
    signature: "i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 -> i32",
    run(
      vm,
      target: number,
      targetSize: number,
      service: number,
      serviceSize: number,
      method: number,
      methodSize: number,
      metadata: number,
      metadataSize: number,
      message: number,
      messageSize: number,
      timeoutMs: number,
      tokenSlot: number,
    ) {
      const callouts = vm.context?.root.callouts;
      if (callouts === undefined) return Status.BadArgument;
      const asked = request(
        vm,
        [target, targetSize],
        [service, serviceSize],
        [method, methodSize],
        [metadata, metadataSize],
      );
      const bytes = vm.memory.read(message, messageSize);
      const { status, token } = callouts.grpcCall(asked, bytes, timeoutMs >>> 0);
      vm.trace?.call(vm, token, grpcCallEffect(asked, false, status));
      if (status === Status.Ok) vm.memory.writeU32(tokenSlot, token);
      return status;
    },
  },
  /** Results as `proxy_grpc_call`. */
  proxy_grpc_stream: {
    signature: "i32 i32 i32 i32 i32 i32 i32 i32 i32 -> i32",
    run(
      vm,
      target: number,
      targetSize: number,
      service: number,
      serviceSize: number,
      method: number,
      methodSize: number,
      metadata: number,
      metadataSize: number,
      tokenSlot: number,
    ) {
      const callouts = vm.context?.root.callouts;
      if (callouts === undefined) return Status.BadArgument;
      const asked = request(
        vm,
        [target, targetSize],
        [service, serviceSize],
        [method, methodSize],
        [metadata, metadataSize],
      );
      const { status, token } = callouts.grpcStream(asked);
      vm.trace?.call(vm, token, grpcCallEffect(asked, true, status));
      if (status === Status.Ok) vm.memory.writeU32(tokenSlot, token);
      return status;
    },
  },
  /** 2: the token is not a stream's. 1: no such stream, or no longer. Messages after the own end are dropped, with 0. */
  proxy_grpc_send: {
    signature: "i32 i32 i32 i32 -> i32",
    run(vm, token: number, message: number, size: number, endStream: number) {
      const bytes = vm.memory.read(message, size);
      return vm.context?.root.callouts.grpcSend(token >>> 0, bytes, endStream !== 0) ?? Status.BadArgument;
    },
  },
  /** A call or stream without a further callback. 1: unknown. 2: another kind of token. */
  proxy_grpc_cancel: {
    signature: "i32 -> i32",
    run: (vm, token: number) => vm.context?.root.callouts.grpcCancel(token >>> 0) ?? Status.BadArgument,
  },
  /** The own direction of a stream; the service may still answer. On a call as `proxy_grpc_cancel`. */
  proxy_grpc_close: {
    signature: "i32 -> i32",
    run: (vm, token: number) => vm.context?.root.callouts.grpcClose(token >>> 0) ?? Status.BadArgument,
  },
};
