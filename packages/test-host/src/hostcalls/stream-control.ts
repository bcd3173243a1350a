import type { HostFunction } from "../vm/host-function.ts";
import { Status } from "../vm/status.ts";

export const streamControlFunctions: Record<string, HostFunction> = {
  /** Takes effect when the outermost call into the VM has returned. 12: upstream streams. No effect on a root context. */
  proxy_continue_stream: {
    signature: "i32 -> i32",
    run(vm, type: number) {
      const stream = vm.context?.stream;
      if (type >>> 0 > 3) return Status.BadArgument;
      if (type === 3) return Status.Unimplemented;
      vm.trace?.effect(vm, { kind: "continue", side: type === 0 ? "request" : "response" });
      return stream === undefined ? Status.Ok : stream.continueStream(type);
    },
  },
  /** Requests and responses (0, 1): the client gets no further byte. Connections (2, 3): no effect, they are not HTTP's. */
  proxy_close_stream: {
    signature: "i32 -> i32",
    run(vm, type: number) {
      if (type >>> 0 > 3) return Status.BadArgument;
      if (type > 1) return Status.Ok;
      vm.trace?.effect(vm, { kind: "close" });
      return vm.context?.stream?.closeStream() ?? Status.Ok;
    },
  },
  /** 2: no such context, or it has been deleted. 0: back to the callback's own. Lasts until the callback returns. */
  proxy_set_effective_context: {
    signature: "i32 -> i32",
    run(vm, id: number) {
      const context = id === 0 ? vm.callee : vm.contexts.get(id >>> 0);
      if (context === undefined) return Status.BadArgument;
      vm.context = context;
      return Status.Ok;
    },
  },
  /** Completes an on_done that returned false. 1: none is pending. */
  proxy_done: {
    signature: "void -> i32",
    run(vm) {
      return vm.context?.root.done() ? Status.Ok : Status.NotFound;
    },
  },
};
