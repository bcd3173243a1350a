import type { HostFunction } from "../vm/host-function.ts";
import { decodePairs, fromBytes } from "../vm/pairs.ts";
import { localResponseEffect } from "../trace/effects.ts";
import { Status } from "../vm/status.ts";

/** Always 0: on a root context nothing happens, and nothing of what it is given is checked by a gateway. */
export const localResponseFunctions: Record<string, HostFunction> = {
  proxy_send_local_response: {
    signature: "i32 i32 i32 i32 i32 i32 i32 i32 -> i32",
    run(
      vm,
      status: number,
      details: number,
      detailsSize: number,
      body: number,
      bodySize: number,
      headers: number,
      headersSize: number,
      grpcStatus: number,
    ) {
      const response = {
        status: status & 0xffff,
        details: fromBytes(vm.memory.read(details, detailsSize)),
        body: vm.memory.read(body, bodySize),
        headers: decodePairs(vm.memory.read(headers, headersSize)) ?? [],
        grpcStatus,
      };
      vm.trace?.effect(vm, localResponseEffect(response));
      vm.context?.stream?.sendLocalResponse(response);
      return Status.Ok;
    },
  },
};
