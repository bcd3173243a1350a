import { type Binaryen, type ExpressionInfo, type Module, type Ref, functionsOf } from "./binaryen.ts";
import { kindOf, walk } from "./walk.ts";

/** What values of some kind come to. Of memory it is only known whether one is there: then whatever is loaded may be one. */
export interface Flow {
  /** Whether such a value begins here. */
  begins(kind: string, info: ExpressionInfo): boolean;
  /** Functions whose results are none, whatever they do. */
  makesOthers(name: string): boolean;
  /** The functions that run. */
  within: ReadonlySet<string>;
  /** What a call by a number may call. */
  byNumber: readonly string[];
}
/** Calls of a function that are given such a value in the first place. */
export function callsWith(module: Module, binaryen: Binaryen, target: string, flow: Flow): ExpressionInfo[] {
  const functions = functionsOf(binaryen, module).filter((f) => !f.module && flow.within.has(f.name));
  // Locals, globals, results of functions, values of breaks, and memory.
  const places = new Set<string>();
  let known = -1;
  let isAt = (_ref: Ref): boolean => false;
  const put = (place: string, ref: Ref) => ref && isAt(ref) && places.add(place);
  while (known !== places.size) {
    known = places.size;
    for (const { name, body } of functions) {
      isAt = valueIn(name);
      put(`result ${name}`, body);
      walk(binaryen, body, (kind, info) => {
        if (kind === "LocalSet") put(`local ${name} ${info["index"]}`, info["value"]);
        else if (kind === "GlobalSet") put(`global ${info["name"]}`, info["value"]);
        else if (kind === "Store") put("memory", info["value"]);
        else if (kind === "Return") put(`result ${name}`, info["value"]);
        else if (kind === "Break" || kind === "Switch") put(`break ${name}`, info["value"]);
        else if (kind === "Call" || kind === "CallIndirect")
          for (const callee of calleesOf(kind, info))
            (info["operands"] as Ref[]).forEach((operand, i) => put(`local ${callee} ${i}`, operand));
      });
    }
  }
  const found: ExpressionInfo[] = [];
  for (const { name, body } of functions) {
    isAt = valueIn(name);
    walk(binaryen, body, (kind, info) => {
      if (kind === "Call" && info["target"] === target && isAt(info["operands"][0])) found.push(info);
    });
  }
  return found;

  function calleesOf(kind: string, info: ExpressionInfo): readonly string[] {
    return kind === "Call" ? [info["target"]] : flow.byNumber;
  }
  function valueIn(name: string): (ref: Ref) => boolean {
    const isOne = (ref: Ref): boolean => {
      const kind = kindOf(binaryen, ref);
      if (kind === "Nop" || kind === "Unreachable") return false;
      const info = binaryen.getExpressionInfo(ref);
      if (flow.begins(kind, info)) return true;
      switch (kind) {
        case "LocalGet":
          return places.has(`local ${name} ${info["index"]}`);
        case "LocalSet":
          return isOne(info["value"]);
        case "GlobalGet":
          return places.has(`global ${info["name"]}`);
        case "Load":
          return places.has("memory") || isOne(info["ptr"]);
        case "Call":
        case "CallIndirect":
          return calleesOf(kind, info).some((f) => !flow.makesOthers(f) && places.has(`result ${f}`));
        case "Block":
          return (
            places.has(`break ${name}`) ||
            [(info["children"] as Ref[]).at(-1)].some((last) => last && isOne(last))
          );
        case "Loop":
          return isOne(info["body"]);
        case "If":
        case "Select":
          return [info["ifTrue"], info["ifFalse"]].some((arm) => arm && isOne(arm));
        case "Unary":
          return isOne(info["value"]);
        case "Binary":
          return isOne(info["left"]) || isOne(info["right"]);
        case "Break":
          return info["value"] !== 0 && isOne(info["value"]);
        default:
          return false;
      }
    };
    return isOne;
  }
}
