import { type Binaryen, type ExpressionInfo, type Module, type Ref, functionsOf } from "./binaryen.ts";
import type { Literals } from "./literals.ts";
import { RUNTIME } from "./runtime.ts";
import { kindOf, walk } from "./walk.ts";

const ABORT = "~lib/@gateway-plugins/sdk/assembly/abi/abort/onAbort";
const ABORT_TEXT = "~lib/@gateway-plugins/sdk/assembly/host/log/abortText";
const LIBRARY = "~lib/";

/**
 * Aborts of libraries: their position is one in the library, which helps nobody, and takes texts of its own. The message stays, as UTF-8;
 * the runtime's assertions about itself, which hold unless memory is corrupted, go. The trap's own position, which gateways log, and the
 * source map lead to the author's line.
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
      if (kind === "If" && RUNTIME.test(name) && isAssertion(binaryen, info)) {
        binaryen.If.setIfTrue(ref, module.nop());
        if (onlyLooks(binaryen, info["condition"])) binaryen.If.setCondition(ref, module.i32.const(0));
        return;
      }
      if (kind !== "Call" || info["target"] !== ABORT) return;
      const [message] = info["operands"];
      if (kindOf(binaryen, message) !== "Const") return;
      const pointer: number = binaryen.getExpressionInfo(message)["value"];
      const text = pointer && !RUNTIME.test(name) ? literals.encodedAt(pointer) : 0n;
      binaryen.Call.setTarget(ref, abortWith(text));
    });
  }
}
const LOOKS = new Set(["Const", "LocalGet", "GlobalGet", "Load", "Unary", "Binary", "If"]);
const GETTER = /^~lib\/rt\/\w+\/\w+#get:\w+$/;
/** Whether nothing is lost when an expression is not evaluated. The optimiser keeps loads, because they may trap. */
function onlyLooks(binaryen: Binaryen, ref: Ref): boolean {
  let looks = true;
  walk(binaryen, ref, (kind, info) => {
    looks &&= LOOKS.has(kind) || (kind === "Call" && GETTER.test(info["target"]));
  });
  return looks;
}
/** `if (...) abort(null, ...)`: the runtime gives its other aborts a message. */
function isAssertion(binaryen: Binaryen, info: ExpressionInfo): boolean {
  if (info["ifFalse"] || kindOf(binaryen, info["ifTrue"]) !== "Block") return false;
  const [first]: Ref[] = binaryen.getExpressionInfo(info["ifTrue"])["children"];
  if (!first || kindOf(binaryen, first) !== "Call") return false;
  const { target, operands } = binaryen.getExpressionInfo(first);
  return (
    target === ABORT &&
    kindOf(binaryen, operands[0]) === "Const" &&
    binaryen.getExpressionInfo(operands[0])["value"] === 0
  );
}
