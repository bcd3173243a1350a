import { type Binaryen, type Module, type Ref, functionsOf } from "./binaryen.ts";
import { kindOf, walk } from "./walk.ts";

/**
 * Functions that some can reach, themselves included, but not only through those in `leaves`; host functions by their names. Through the table, too: by an
 * unknown number `byNumber`, else any of its functions.
 */
export function reachable(
  module: Module,
  binaryen: Binaryen,
  from: readonly string[],
  { leaves = new Set(), byNumber }: { leaves?: ReadonlySet<string>; byNumber?: readonly string[] } = {},
): Set<string> {
  const functions = new Map(functionsOf(binaryen, module).map((f) => [f.name, f]));
  const open = [...from];
  const table = tableOf(module, binaryen);
  const reached = new Set<string>();
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    const f = functions.get(name);
    if (!f || reached.has(name)) continue;
    reached.add(f.module ? f.base : name);
    if (f.module || leaves.has(name)) continue;
    walk(binaryen, f.body, (kind, info) => {
      if (kind === "Call") open.push(info["target"]);
      if (kind === "CallIndirect") open.push(...callees(binaryen, info["target"], table, byNumber ?? table));
    });
  }
  return reached;
}
/** A constant place in the table is one function; asc leaves place 0 empty. */
function callees(
  binaryen: Binaryen,
  place: Ref,
  table: readonly string[],
  byNumber: readonly string[],
): readonly string[] {
  if (kindOf(binaryen, place) !== "Const") return byNumber;
  const callee = table[binaryen.getExpressionInfo(place)["value"] - 1];
  return callee === undefined ? byNumber : [callee];
}
/** The function table, whose place 0 asc leaves empty. */
export function tableOf(module: Module, binaryen: Binaryen): string[] {
  return Array.from(
    { length: module.getNumElementSegments() },
    (_, i) => binaryen.getElementSegmentInfo(module.getElementSegmentByIndex(i)).data,
  ).flat();
}
