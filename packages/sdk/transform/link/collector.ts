import { type Binaryen, type Module, exportsOf, functionsOf } from "./binaryen.ts";
import { walk } from "./walk.ts";

const ALLOCATE = /^~lib\/rt\/\w+\/__new$/;
const STREAM = "~lib/@gateway-plugins/sdk/assembly/stream/stream/";
/** Both count callbacks, so that garbage is collected between them. */
const HOOKS = [`${STREAM}enterCallback`, `${STREAM}leaveCallback`];
/** Callbacks that run now and then, not on requests: the first collects when it is done, the second serves `READ_BUFFER`. */
const RARE = ["proxy_on_configure", "proxy_on_memory_allocate"];
const READ_BUFFER = "proxy_get_buffer_bytes";

/** Keeps the functions that `dropCollector` looks for apart from the functions that call them. */
export function keepCollectorApart(module: Module, binaryen: Binaryen): void {
  for (const name of ["*/__new", ...HOOKS]) {
    binaryen.setPassArgument("no-inline", name);
    module.runPasses(["no-inline"]);
  }
}

/** Leaves garbage collection out of the callbacks of requests where none of them can make an object. */
export function dropCollector(module: Module, binaryen: Binaryen): void {
  const reached = reachable(module, binaryen);
  if (!reached.has(HOOKS[0]!) || [...reached].some((name) => ALLOCATE.test(name) || name === READ_BUFFER))
    return;
  for (const name of HOOKS) {
    module.removeFunction(name);
    module.addFunction(name, binaryen.none, binaryen.none, [], module.nop());
  }
}

/** Functions that the callbacks of requests can reach, through the table too; host functions by their names. */
function reachable(module: Module, binaryen: Binaryen): Set<string> {
  const functions = new Map(functionsOf(binaryen, module).map((f) => [f.name, f]));
  const open = exportsOf(binaryen, module)
    .filter(({ name }) => !RARE.includes(name))
    .map(({ value }) => value);
  const reached = new Set<string>();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const f = functions.get(name);
    if (!f || reached.has(name)) continue;
    reached.add(f.module ? f.base : name);
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
