import { type Binaryen, type Module, type Ref, functionsOf } from "./binaryen.ts";
import { INCREMENTAL } from "./runtime.ts";
import { kindOf, walk } from "./walk.ts";

const SET = /^~lib\/array\/Array<.*>#__set$/;
const MAKE = "~lib/rt/__newArray";
const STORE = "gateway store element";

/**
 * The elements of an array literal: asc writes each as `array[i] = value`, which grows the array where that is too short, and brings the growing
 * along. A literal's is never too short. Only a variable that holds nothing but new arrays of literals counts; asc keeps one for each.
 */
export function fillArrays(module: Module, binaryen: Binaryen): void {
  const { i32, none } = binaryen;
  const functions = functionsOf(binaryen, module);
  // That collector links a new element to its array; the other runtimes need no such thing.
  if (functions.some(({ name }) => INCREMENTAL.test(name))) return;
  const elements = binaryen.createType([i32, i32, i32]);
  const setters = new Set(
    functions.filter(({ name, params }) => SET.test(name) && params === elements).map(({ name }) => name),
  );
  if (!setters.size) return;
  const numberOf = (ref: Ref): number | undefined =>
    kindOf(binaryen, ref) === "Const" ? binaryen.getExpressionInfo(ref)["value"] : undefined;
  /** The length of the array that a literal begins with; 0 for anything else. */
  const lengthOf = (ref: Ref): number => {
    if (kindOf(binaryen, ref) !== "Call") return 0;
    const { target, operands } = binaryen.getExpressionInfo(ref);
    if (target !== MAKE) return 0;
    const [length, align, , data] = (operands as Ref[]).map(numberOf);
    // With data it is a copy of an array of constants, which an author may shorten.
    return align === 2 && data === 0 ? (length ?? 0) : 0;
  };
  let found = false;
  for (const { module: imported, params, body } of functions) {
    if (imported) continue;
    // What a parameter holds at first is not known.
    const lengths = new Map<number, number>(binaryen.expandType(params).map((_, i) => [i, 0]));
    const stores: { local: number; index: number; ref: Ref }[] = [];
    walk(binaryen, body, (kind, info, ref) => {
      if (kind === "LocalSet") {
        const length = lengthOf(info["value"]);
        lengths.set(info["index"], Math.min(length, lengths.get(info["index"]) ?? length));
      } else if (kind === "Call" && setters.has(info["target"])) {
        const [array, index]: Ref[] = info["operands"];
        const at = numberOf(index!);
        if (at === undefined || kindOf(binaryen, array!) !== "LocalGet") return;
        stores.push({ local: binaryen.getExpressionInfo(array!)["index"], index: at, ref });
      }
    });
    for (const { local, index, ref } of stores) {
      if (index < 0 || index >= (lengths.get(local) ?? 0)) continue;
      binaryen.Call.setTarget(ref, STORE);
      found = true;
    }
  }
  if (!found) return;
  const get = (index: number) => module.local.get(index, i32);
  const place = module.i32.add(
    module.i32.load(4, 4, get(0), "0"), // dataStart
    module.i32.shl(get(1), module.i32.const(2)),
  );
  module.addFunction(STORE, elements, none, [], module.i32.store(0, 4, place, get(2), "0"));
}
