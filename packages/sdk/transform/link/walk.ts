import type { Binaryen, ExpressionInfo, Ref } from "./binaryen.ts";

// Operands of each kind of node; getExpressionInfo mixes numbers that are none into some.
const CHILDREN: Record<string, string[]> = {
  Block: ["children"],
  If: ["condition", "ifTrue", "ifFalse"],
  Loop: ["body"],
  Break: ["condition", "value"],
  Switch: ["condition", "value"],
  Call: ["operands"],
  CallIndirect: ["operands", "target"],
  LocalGet: [],
  LocalSet: ["value"],
  GlobalGet: [],
  GlobalSet: ["value"],
  Load: ["ptr"],
  Store: ["ptr", "value"],
  Const: [],
  Unary: ["value"],
  Binary: ["left", "right"],
  Select: ["ifTrue", "ifFalse", "condition"],
  Drop: ["value"],
  Return: ["value"],
  MemorySize: [],
  MemoryGrow: ["delta"],
  MemoryCopy: ["dest", "source", "size"],
  MemoryFill: ["dest", "value", "size"],
};

const kinds = new Map<number, string>();

export function kindOf(binaryen: Binaryen, ref: Ref): string {
  if (!kinds.size) for (const [name, id] of Object.entries(binaryen.ExpressionIds)) kinds.set(id, name);
  return kinds.get(binaryen.Expression.getId(ref)) ?? "unknown";
}

/** Visits an expression and all below it. An instruction that is not known here is an error, not skipped. */
export function walk(
  binaryen: Binaryen,
  ref: Ref,
  visit: (kind: string, info: ExpressionInfo, ref: Ref) => void,
): void {
  if (!ref) return;
  const kind = kindOf(binaryen, ref);
  // getExpressionInfo throws on these two.
  if (kind === "Nop" || kind === "Unreachable") return;
  const fields = CHILDREN[kind];
  if (!fields)
    throw new Error(
      `the link step does not know the instruction ${kind}: build the debug target, and report this`,
    );
  const info = binaryen.getExpressionInfo(ref);
  visit(kind, info, ref);
  for (const field of fields) {
    const value = info[field];
    for (const child of Array.isArray(value) ? value : [value]) walk(binaryen, child, visit);
  }
}
