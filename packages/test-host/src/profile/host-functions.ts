import { bufferFunctions } from "../hostcalls/buffers.ts";
import { foreignFunctions } from "../hostcalls/foreign.ts";
import { dnsFunctions } from "../hostcalls/dns.ts";
import { grpcFunctions } from "../hostcalls/grpc.ts";
import { headerFunctions } from "../hostcalls/headers.ts";
import { httpCallFunctions } from "../hostcalls/http-call.ts";
import { localResponseFunctions } from "../hostcalls/local-response.ts";
import { logFunctions } from "../hostcalls/log.ts";
import { metricFunctions } from "../hostcalls/metrics.ts";
import { propertyFunctions } from "../hostcalls/properties.ts";
import { queueFunctions } from "../hostcalls/queues.ts";
import { sharedDataFunctions } from "../hostcalls/shared-data.ts";
import { streamControlFunctions } from "../hostcalls/stream-control.ts";
import { timeFunctions } from "../hostcalls/time.ts";
import { wasiFunctions } from "../hostcalls/wasi.ts";
import type { HostFunction, HostFunctions } from "../vm/host-function.ts";

const plainFunctions: Record<string, HostFunction> = {
  emscripten_notify_memory_growth: { signature: "i32 -> void", run: () => undefined, duringStart: true },
  pthread_equal: {
    signature: "i32 i32 -> i32",
    run: (_vm, a: number, b: number) => Number(a === b),
    duringStart: true,
  },
};

/** What every gateway links for ABI 0.2.1 and later, with `more` in module `env`. */
export function hostFunctions(more: Record<string, HostFunction> = {}): HostFunctions {
  const env = {
    ...logFunctions,
    ...headerFunctions,
    ...bufferFunctions,
    ...localResponseFunctions,
    ...httpCallFunctions,
    ...grpcFunctions,
    ...dnsFunctions,
    ...propertyFunctions,
    ...streamControlFunctions,
    ...timeFunctions,
    ...sharedDataFunctions,
    ...queueFunctions,
    ...metricFunctions,
    ...foreignFunctions,
    ...plainFunctions,
    ...more,
  };
  const modules = { env, wasi_snapshot_preview1: wasiFunctions, wasi_unstable: wasiFunctions };
  return new Map(
    Object.entries(modules).flatMap(([module, functions]) =>
      Object.entries(functions).map(([name, entry]) => [`${module}.${name}`, entry] as const),
    ),
  );
}
