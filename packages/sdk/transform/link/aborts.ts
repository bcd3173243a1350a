import { type Binaryen, type Module, functionsOf } from "./binaryen.ts";
import { walk } from "./walk.ts";

const ABORT = "~lib/@gateway-plugins/sdk/assembly/abi/abort/onAbort";
const RUNTIME = "~lib/rt/";
const SILENT = "gateway silent abort";

/**
 * The runtime's assertions, which hold unless memory is exhausted or corrupted, trap without a text: the gateway's log has the position
 * in the module, and the source map the line.
 */
export function silenceRuntime(module: Module, binaryen: Binaryen): void {
  const { i32, none } = binaryen;
  module.addFunction(SILENT, binaryen.createType([i32, i32, i32, i32]), none, [], module.nop());
  for (const { name, module: imported, body } of functionsOf(binaryen, module)) {
    if (imported || !name.startsWith(RUNTIME)) continue;
    walk(binaryen, body, (kind, info, ref) => {
      if (kind === "Call" && info["target"] === ABORT) binaryen.Call.setTarget(ref, SILENT);
    });
  }
}
