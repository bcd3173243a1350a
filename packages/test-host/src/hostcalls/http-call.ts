import type { HostFunction } from "../vm/host-function.ts";
import { httpCallEffect } from "../trace/effects.ts";
import { decodePairs } from "../vm/pairs.ts";
import { Status } from "../vm/status.ts";

export const httpCallFunctions: Record<string, HostFunction> = {
  /**
   * 2: unknown cluster, a required pseudo header missing, negative timeout, malformed pairs. 10: no healthy host, and no
   * callback. The token slot is written with 0 first, which checks it.
   */
  proxy_http_call: {
    signature: "i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 -> i32",
    run(
      vm,
      cluster: number,
      clusterSize: number,
      headers: number,
      headersSize: number,
      body: number,
      bodySize: number,
      trailers: number,
      trailersSize: number,
      timeoutMs: number,
      tokenSlot: number,
    ) {
      const root = vm.context?.root;
      if (root === undefined) return Status.BadArgument;
      vm.memory.writeU32(tokenSlot, 0);
      const request = {
        cluster: vm.memory.readText(cluster, clusterSize),
        headers: decodePairs(vm.memory.read(headers, headersSize)) ?? [],
        body: vm.memory.read(body, bodySize),
        trailers: decodePairs(vm.memory.read(trailers, trailersSize)) ?? [],
        timeoutMs,
      };
      const { status, token } = root.callouts.http(request);
      vm.trace?.call(vm, token, httpCallEffect(request, status));
      if (status === Status.Ok) vm.memory.writeU32(tokenSlot, token);
      return status;
    },
  },
  /** Code and text of the last callout that failed; 0 and empty before. */
  proxy_get_status: {
    signature: "i32 i32 i32 -> i32",
    run(vm, codeSlot: number, pointerSlot: number, sizeSlot: number) {
      const last = vm.context?.root.callouts.last ?? { code: 0, message: "" };
      vm.memory.writeU32(codeSlot, last.code);
      vm.memory.give(new TextEncoder().encode(last.message), pointerSlot, sizeSlot);
      return Status.Ok;
    },
  },
};
