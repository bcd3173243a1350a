import {
  type Binaryen,
  type ExpressionInfo,
  type Module,
  type Ref,
  type Segment,
  exportsOf,
  functionsOf,
} from "./binaryen.ts";
import { JOINS, replaceFunctions } from "./joins.ts";
import { HEADER, type Literals, STRING, rtIdAt } from "./literals.ts";
import { reachable } from "./reach.ts";
import { INCREMENTAL } from "./runtime.ts";
import { kindOf, walk } from "./walk.ts";

const SDK = "~lib/@gateway-plugins/sdk/";
/** Never set by a program. */
const HOLDS_UTF8 = `${SDK}assembly/abi/text/holdsUtf8`;
/** What AssemblyScript does with strings as bytes, and the export of the SDK that does the same with bytes of any number. */
const REPLACED = new Map([
  ["~lib/string/String.__eq", "equalStrings"],
  ["~lib/string/String.__concat", "joinTwo"],
  ["~lib/string/String#concat", "joinTwo"],
  ...JOINS,
]);
const LENGTH = "~lib/string/String#get:length";
const SIZE = "gateway size of text";
/** Files of the standard library whose functions pass strings on, if they take any. A hash may leave out the last byte. */
const PASSING =
  /^~lib\/(?:rt|array|staticarray|typedarray|dataview|arraybuffer|map|set|number|builtins|math|memory|object|function|error|shared|util\/(?:bytes|error|hash|math|memory))\//;
const ALSO_PASSING = new Set([
  LENGTH,
  "~lib/string/String.__ne",
  "~lib/string/String.__not",
  "~lib/string/String#toString",
]);
const HASH = /^~lib\/util\/hash\//;
/** Functions of the SDK that put code units together themselves; others call the standard library for it. */
const MAKING = /^assembly\/bytes\/(?:hex\/hex\.encode|base64\/encodeBytes)\b/;

/**
 * Keeps texts in UTF-8 from the gateway to the gateway where nothing in the module looks at their code units: strings are then the bytes that came in, and
 * go out as they stand. What is not known to pass strings on keeps a module as it is, even where it never runs; so does a static string that takes more
 * room in UTF-8 than it has. One difference is left: bytes that make a character only when they are put together equal that character at once.
 */
export function passTextsOn(module: Module, binaryen: Binaryen, literals: Literals): void {
  const functions = functionsOf(binaryen, module);
  // That collector frees between an encoding and the host call that takes it.
  if (functions.some(({ name }) => INCREMENTAL.test(name))) return;
  // A host function of an author's may look at the memory that it is told of.
  if (functions.some(({ name, module: imported }) => imported !== "" && !name.startsWith(SDK))) return;
  const statics = inUtf8(literals.statics);
  if (!statics) return;

  const leaves = new Set(REPLACED.keys());
  const reached = reachable(
    module,
    binaryen,
    exportsOf(binaryen, module).map(({ value }) => value),
    { leaves },
  );
  const tests: Ref[] = [];
  for (const { name, module: imported, body } of functions) {
    if (imported || !reached.has(name) || leaves.has(name)) continue;
    if (!passesOn(name)) return;
    if (HASH.test(name)) continue;
    const { tested, others } = lengthsIn(binaryen, body);
    if (others.length > 0) return;
    tests.push(...tested);
  }

  const { i32 } = binaryen;
  const header = module.i32.sub(module.local.get(0, i32), module.i32.const(4));
  module.addFunction(SIZE, i32, i32, [], module.i32.load(0, 4, header, "0"));
  for (const ref of tests) binaryen.Call.setTarget(ref, SIZE);
  replaceFunctions(module, binaryen, REPLACED);
  module.removeGlobal(HOLDS_UTF8);
  module.addGlobal(HOLDS_UTF8, i32, true, module.i32.const(1));
  literals.holdUtf8(statics);
}

function passesOn(name: string): boolean {
  const path = name.replace(/^start:/, "");
  if (path.startsWith(SDK)) return !MAKING.test(path.slice(SDK.length));
  return !path.startsWith("~lib/") || PASSING.test(path) || ALSO_PASSING.has(path);
}

/** Calls for a string's length: those whose value is only compared with zero, and the others. */
function lengthsIn(binaryen: Binaryen, body: Ref): { tested: Ref[]; others: Ref[] } {
  const isTested = new Set<Ref>();
  const tested: Ref[] = [];
  const others: Ref[] = [];
  walk(binaryen, body, (kind, info, ref) => {
    for (const operand of testedBy(binaryen, kind, info, isTested.has(ref))) isTested.add(operand);
    if (kind === "Call" && info["target"] === LENGTH) (isTested.has(ref) ? tested : others).push(ref);
  });
  return { tested, others };
}
/** Operands of which only matters whether they are zero. `isTested`: so it is with the value of the whole. */
function testedBy(binaryen: Binaryen, kind: string, info: ExpressionInfo, isTested: boolean): Ref[] {
  const whole = (...refs: Ref[]) => (isTested ? refs.filter(Boolean) : []);
  switch (kind) {
    case "If":
    case "Select":
      return [info["condition"], ...whole(info["ifTrue"], info["ifFalse"])];
    case "Break":
      return info["condition"] ? [info["condition"]] : [];
    case "Block":
      return whole((info["children"] as Ref[]).at(-1)!);
    case "Unary":
      return info["op"] === binaryen.EqZInt32 ? [info["value"]] : [];
    case "Binary": {
      const [left, right]: Ref[] = [info["left"], info["right"]];
      const comparesWithZero =
        [binaryen.EqInt32, binaryen.NeInt32, binaryen.GtSInt32, binaryen.GtUInt32].includes(info["op"]) &&
        kindOf(binaryen, right!) === "Const" &&
        binaryen.getExpressionInfo(right!)["value"] === 0;
      return comparesWithZero ? [left!] : [];
    }
    default:
      return [];
  }
}

/** Static objects with the strings among them in UTF-8; undefined when one does not fit its place, or is half a character. */
function inUtf8(statics: readonly Segment[]): Segment[] | undefined {
  const segments: Segment[] = [];
  for (const object of statics) {
    const { at, data } = object;
    if (data.length < HEADER || rtIdAt(object, at + HEADER) !== STRING) {
      segments.push(object);
      continue;
    }
    const old = Buffer.from(data);
    const size = old.readUInt32LE(HEADER - 4);
    const bytes = bytesOf(old.subarray(HEADER, HEADER + size).toString("utf16le"));
    if (!bytes || bytes.length > data.length - HEADER) return undefined;
    old.fill(0, HEADER).writeUInt32LE(bytes.length, HEADER - 4);
    bytes.copy(old, HEADER);
    segments.push({ at, data: new Uint8Array(old) });
  }
  return segments;
}
/** As abi/text.ts writes them: a lone surrogate may stand for a byte. Others could become half of a character. */
function bytesOf(text: string): Buffer | undefined {
  const parts = text.split(/(?<![\ud800-\udbff])([\udc80-\udcff])/);
  if (parts.some((part, i) => i % 2 === 0 && /[\ud800-\udfff]/u.test(part))) return undefined;
  return Buffer.concat(
    parts.map((part, i) => (i % 2 === 0 ? Buffer.from(part) : Buffer.of(part.charCodeAt(0) & 255))),
  );
}
