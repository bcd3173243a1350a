import { type Binaryen, type Module, segmentsOf } from "./binaryen.ts";
import { silenceRuntime } from "./aborts.ts";
import { dropAllocator } from "./allocator.ts";
import { ASK, stripCallbacks } from "./callbacks.ts";
import { dropCollector, keepCollectorApart } from "./collector.ts";
import { dropDeadData } from "./data.ts";
import { evaluateTopLevel } from "./evaluate.ts";
import { resolveLiterals } from "./literals.ts";

/**
 * What a compiler that knows the whole plugin can do, on the module that asc has compiled and not yet optimised:
 *
 * 1. texts on their way to the gateway that are literals are encoded and checked now;
 * 2. the top level runs now, and its results become constants: registered handlers are called directly, what is not registered is dead;
 * 3. callbacks that the plugin has no use for are not exported, because an exported one costs an entry into the VM;
 * 4. the garbage collector is left out where no callback can make an object;
 * 5. static data that nothing refers to is dropped.
 *
 * A build without optimisation goes without, and behaves the same.
 */
export function link(module: Module, binaryen: Binaryen, optimizeLevel: number, shrinkLevel: number): void {
  if (!optimizeLevel && !shrinkLevel) {
    resolveLiterals(module, binaryen);
    module.removeExport(ASK);
    return;
  }
  binaryen.setOptimizeLevel(optimizeLevel);
  binaryen.setShrinkLevel(shrinkLevel);
  silenceRuntime(module, binaryen);
  keepCollectorApart(module, binaryen);
  const statics = segmentsOf(binaryen, module);
  // Inlining brings literals to the calls that want them.
  module.optimize();
  resolveLiterals(module, binaryen, statics);
  const evaluated = evaluateTopLevel(module, binaryen);
  stripCallbacks(module, evaluated);
  module.optimize();
  dropCollector(module, binaryen);
  module.optimize();
  dropAllocator(module, binaryen);
  // Code that only a second round finds dead still keeps its texts alive.
  for (let round = 0; round < 2; round++) module.optimize();
  dropDeadData(module, binaryen, evaluated.contents);
}
