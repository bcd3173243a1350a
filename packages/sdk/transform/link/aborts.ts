import { type Binaryen, type Module, functionsOf } from "./binaryen.ts";
import type { Literals } from "./literals.ts";
import { kindOf, walk } from "./walk.ts";

const ABORT = "~lib/@gateway-plugins/sdk/assembly/abi/abort/onAbort";
const ABORT_TEXT = "~lib/@gateway-plugins/sdk/assembly/host/log/abortText";
const LIBRARY = "~lib/";
const RUNTIME = "~lib/rt/";

/**
 * Aborts of libraries: their position is one in the library, which helps nobody, and takes texts of its own. The message stays, as UTF-8;
 * the runtime's assertions, which hold unless memory is exhausted or corrupted, go without. The trap's own position, which gateways log,
 * and the source map lead to the author's line.
 */
export function shortenAborts(module: Module, binaryen: Binaryen, literals: Literals): void {
  const { i32, none } = binaryen;
  const parameters = binaryen.createType([i32, i32, i32, i32]);
  const shortened = new Map<bigint, string>();
  const abortWith = (text: bigint): string => {
    let name = shortened.get(text);
    if (name === undefined) {
      name = `gateway abort ${text}`;
      shortened.set(text, name);
      const body = text ? module.call(ABORT_TEXT, [module.i64.const(text)], none) : module.nop();
      module.addFunction(name, parameters, none, [], body);
    }
    return name;
  };
  for (const { name, module: imported, body } of functionsOf(binaryen, module)) {
    if (imported || !name.startsWith(LIBRARY)) continue;
    walk(binaryen, body, (kind, info, ref) => {
      if (kind !== "Call" || info["target"] !== ABORT) return;
      const [message] = info["operands"];
      if (kindOf(binaryen, message) !== "Const") return;
      const pointer: number = binaryen.getExpressionInfo(message)["value"];
      const text = pointer && !name.startsWith(RUNTIME) ? literals.encodedAt(pointer) : 0n;
      binaryen.Call.setTarget(ref, abortWith(text));
    });
  }
}
