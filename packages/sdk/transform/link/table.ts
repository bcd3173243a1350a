import { type Binaryen, type Module, functionsOf } from "./binaryen.ts";
import { walk } from "./walk.ts";

/**
 * Takes those functions out of the table that nothing can call by their place, because no such call has their type: handlers that are called by name.
 * Callbacks of calls keep their places.
 */
export function dropUncalled(module: Module, binaryen: Binaryen): void {
  const functions = functionsOf(binaryen, module);
  const called = new Set<string>();
  for (const { module: imported, body } of functions)
    if (!imported)
      walk(binaryen, body, (kind, info) => {
        if (kind === "CallIndirect") called.add(`${info["params"]} ${info["results"]}`);
      });
  const isCalled = new Map(functions.map((f) => [f.name, called.has(`${f.params} ${f.results}`)]));
  for (let i = module.getNumElementSegments() - 1; i >= 0; i--) {
    const { name, table, offset, data } = binaryen.getElementSegmentInfo(module.getElementSegmentByIndex(i));
    const first = data.findIndex((f) => isCalled.get(f));
    const last = data.findLastIndex((f) => isCalled.get(f));
    if (first === 0 && last === data.length - 1) continue;
    const at: number = binaryen.getExpressionInfo(offset)["value"];
    module.removeElementSegment(name);
    if (first < 0) continue;
    // What nobody calls can be any.
    const kept = data.slice(first, last + 1).map((f) => (isCalled.get(f) ? f : data[first]!));
    module.addActiveElementSegment(table, name, kept, module.i32.const(at + first));
  }
}
