import { type Binaryen, type Module, exportsOf, functionsOf } from "./binaryen.ts";
import { walk } from "./walk.ts";

const ALLOCATE = /^~lib\/rt\/\w+\/__new$/;
const COLLECT = "~lib/@gateway-plugins/sdk/assembly/stream/stream/collectGarbage";

/** Keeps the functions that `dropCollector` looks for apart from the functions that call them. */
export function keepCollectorApart(module: Module, binaryen: Binaryen): void {
  for (const name of ["*/__new", COLLECT]) {
    binaryen.setPassArgument("no-inline", name);
    module.runPasses(["no-inline"]);
  }
}

/** Leaves the garbage collector out where no callback can make an object. */
export function dropCollector(module: Module, binaryen: Binaryen): void {
  const reached = reachable(module, binaryen);
  if (!reached.has(COLLECT) || [...reached].some((name) => ALLOCATE.test(name))) return;
  module.removeFunction(COLLECT);
  module.addFunction(COLLECT, binaryen.none, binaryen.none, [], module.nop());
}

/** Functions that an export can reach, through the table too. */
function reachable(module: Module, binaryen: Binaryen): Set<string> {
  const functions = new Map(functionsOf(binaryen, module).map((f) => [f.name, f]));
  const open = exportsOf(binaryen, module).map(({ value }) => value);
  const reached = new Set<string>();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const f = functions.get(name);
    if (!f || reached.has(name)) continue;
    reached.add(name);
    if (f.module) continue;
    walk(binaryen, f.body, (kind, info) => {
      if (kind === "Call") open.push(info["target"]);
      if (kind === "CallIndirect") open.push(...tableOf(module, binaryen));
    });
  }
  return reached;
}
function tableOf(module: Module, binaryen: Binaryen): string[] {
  return Array.from(
    { length: module.getNumElementSegments() },
    (_, i) => binaryen.getElementSegmentInfo(module.getElementSegmentByIndex(i)).data,
  ).flat();
}
