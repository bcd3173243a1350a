import { type Binaryen, type Module, functionsOf } from "./binaryen.ts";
import { kindOf, walk } from "./walk.ts";

const DECIMAL = "~lib/@gateway-plugins/sdk/assembly/abi/compose/decimal";
const METHOD = /^~lib\/number\/(I32|U32|I64)#toString$/;

/** Whole numbers in decimal digits: the standard library's way brings tables for every radix along. */
export function shortenNumbers(module: Module, binaryen: Binaryen): void {
  const { i32, i64 } = binaryen;
  const functions = functionsOf(binaryen, module);
  const present = new Set(functions.map(({ name }) => name));
  const digits = (method: string): string => {
    const name = `gateway decimal ${method}`;
    if (!present.has(name)) {
      present.add(name);
      const type = method.startsWith("I64") ? i64 : i32;
      const value = module.local.get(0, type);
      const wide = type === i64 ? value : module.i64[method.startsWith("U") ? "extend_u" : "extend_s"](value);
      module.addFunction(name, binaryen.createType([type, i32]), i32, [], module.call(DECIMAL, [wide], i32));
    }
    return name;
  };
  for (const { module: imported, body } of functions) {
    if (imported) continue;
    walk(binaryen, body, (kind, info, ref) => {
      const method = kind === "Call" && METHOD.exec(info["target"])?.[1];
      if (!method) return;
      const [, radix] = info["operands"];
      if (radix && kindOf(binaryen, radix) === "Const" && binaryen.getExpressionInfo(radix)["value"] === 10)
        binaryen.Call.setTarget(ref, digits(method));
    });
  }
}
