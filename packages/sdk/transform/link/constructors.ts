import { type Binaryen, type Module, type Ref, functionsOf } from "./binaryen.ts";
import { ALLOCATE } from "./collector.ts";
import { kindOf, walk } from "./walk.ts";
import { tableOf } from "./reach.ts";

const CONSTRUCTOR = /#constructor$/;

/**
 * A constructor makes its object unless it is given one, as those of its derived classes do. Where every caller does, what would make one goes;
 * the optimiser cannot know that an object is never at address 0.
 */
export function keepGivenObjects(module: Module, binaryen: Binaryen): void {
  const isZero = (ref: Ref | undefined) =>
    ref !== undefined && kindOf(binaryen, ref) === "Const" && binaryen.getExpressionInfo(ref)["value"] === 0;
  const functions = functionsOf(binaryen, module).filter((f) => !f.module);
  const makers = new Set(tableOf(module, binaryen));
  for (const { name, body } of functions)
    walk(binaryen, body, (kind, info) => {
      if (kind !== "Call" || !CONSTRUCTOR.test(info["target"])) return;
      // Other callers pass on what they have got: 0, where asc fills in arguments that are left out.
      if (isZero(info["operands"][0]) || !CONSTRUCTOR.test(name)) makers.add(info["target"]);
    });
  for (const { name, body } of functions) {
    if (!CONSTRUCTOR.test(name) || makers.has(name)) continue;
    // A block around it where there are fields to begin with.
    let first: Ref | undefined = body;
    while (first && kindOf(binaryen, first) === "Block")
      [first] = binaryen.getExpressionInfo(first)["children"] as Ref[];
    if (!first || kindOf(binaryen, first) !== "If") continue;
    const info = binaryen.getExpressionInfo(first);
    let makes = false;
    walk(binaryen, info["ifTrue"], (kind, call) => {
      if (kind === "Call" && ALLOCATE.test(call["target"])) makes = true;
    });
    if (makes) binaryen.If.setIfTrue(first, module.nop());
  }
}
