import type { HostFunction } from "../vm/host-function.ts";
import { redisCallEffect } from "../trace/effects.ts";
import { Status } from "../vm/status.ts";

/** Higress only: a module that imports them does not load on stock Envoy. Source: higress-group/proxy-wasm-cpp-host. */
export const redisFunctions: Record<string, HostFunction> = {
  /** The service may carry `?db=N`. Connects with the first command. 2: unknown cluster. */
  proxy_redis_init: {
    signature: "i32 i32 i32 i32 i32 i32 i32 -> i32",
    run(
      vm,
      service: number,
      serviceSize: number,
      username: number,
      usernameSize: number,
      password: number,
      passwordSize: number,
      timeoutMs: number,
    ) {
      const text = (pointer: number, size: number) => vm.memory.readText(pointer, size);
      return (
        vm.context?.root.callouts.redisInit(
          text(service, serviceSize),
          text(username, usernameSize),
          text(password, passwordSize),
          timeoutMs >>> 0,
        ) ?? Status.BadArgument
      );
    },
  },
  /** Raw RESP that expects one reply. 2: unknown cluster. 10: not initialised, or no host; no callback then. */
  proxy_redis_call: {
    signature: "i32 i32 i32 i32 i32 -> i32",
    run(vm, service: number, serviceSize: number, query: number, querySize: number, tokenSlot: number) {
      const root = vm.context?.root;
      if (root === undefined) return Status.BadArgument;
      vm.memory.writeU32(tokenSlot, 0);
      const name = vm.memory.readText(service, serviceSize);
      const bytes = vm.memory.read(query, querySize);
      const { status, token } = root.callouts.redisCall(name, bytes);
      vm.trace?.call(vm, token, redisCallEffect(name, bytes, status));
      if (status === Status.Ok) vm.memory.writeU32(tokenSlot, token);
      return status;
    },
  },
};
