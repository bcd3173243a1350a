import type { HostFunction } from "../vm/host-function.ts";
import { grpcCallEffect } from "../trace/effects.ts";
import { decodePairs, fromBytes } from "../vm/pairs.ts";
import { Status } from "../vm/status.ts";
import type { GrpcCallRequest } from "../vm/context.ts";
import type { Vm } from "../vm/vm.ts";

/** What both kinds of callout begin with: target, service, method and initial metadata, each as pointer and size. */
function request(vm: Vm, operands: readonly number[]): GrpcCallRequest {
  const span = (index: number) => vm.memory.read(operands[index] ?? 0, operands[index + 1] ?? 0);
  return {
    target: span(0),
    service: fromBytes(span(2)),
    method: fromBytes(span(4)),
    initialMetadata: decodePairs(span(6)) ?? [],
  };
}

/** `message` absent: a stream. */
function start(
  vm: Vm,
  operands: readonly number[],
  tokenSlot: number,
  message?: { bytes: Uint8Array; timeoutMs: number },
): number {
  const callouts = vm.context?.root.callouts;
  if (callouts === undefined) return Status.BadArgument;
  const asked = request(vm, operands);
  const { status, token } =
    message === undefined
      ? callouts.grpcStream(asked)
      : callouts.grpcCall(asked, message.bytes, message.timeoutMs);
  vm.trace?.call(vm, token, grpcCallEffect(asked, message === undefined, status));
  if (status === Status.Ok) vm.memory.writeU32(tokenSlot, token);
  return status;
}

/**
 * gRPC callouts. The target is a serialized `GrpcService`, or the name of a cluster whose name does not parse as one. Unlike an
 * HTTP callout's, the token slot is written last: a call that goes out is not undone by a bad one.
 */
export const grpcFunctions: Record<string, HostFunction> = {
  /** One message there and one back. 4: no such cluster. 10: nothing was sent, which `proxy_on_grpc_close` tells, too. */
  proxy_grpc_call: {
    signature: "i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 -> i32",
    run(vm, ...operands: number[]) {
      const [message = 0, size = 0, timeoutMs = 0, tokenSlot = 0] = operands.slice(8);
      const bytes = vm.memory.read(message, size);
      return start(vm, operands, tokenSlot, { bytes, timeoutMs: timeoutMs >>> 0 });
    },
  },
  /** Results as `proxy_grpc_call`. */
  proxy_grpc_stream: {
    signature: "i32 i32 i32 i32 i32 i32 i32 i32 i32 -> i32",
    run(vm, ...operands: number[]) {
      return start(vm, operands, operands[8] ?? 0);
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
