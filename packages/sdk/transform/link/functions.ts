import { type Binaryen, type Module, type Ref, type Segment, functionsOf, globalsOf } from "./binaryen.ts";
import { HEADER, isBlock } from "./literals.ts";
import { tableOf } from "./reach.ts";
import { kindOf, walk } from "./walk.ts";

/** A function's object: its place in the table, and an environment, which is none. */
const SIZE = 8;

/**
 * A callback is a static object, of which `send` takes the place in the table. Where nothing but such loads refers to an object, nothing can write to it: each is
 * the number that stands there. An object that is left to nobody is then dropped. `functions`: those of the static objects that are functions.
 */
export function placeFunctions(
  module: Module,
  binaryen: Binaryen,
  statics: readonly Segment[],
  functions: readonly Segment[],
): void {
  const places = placesIn(statics, functions);
  /** The object whose first word is loaded. */
  const loaded = (ref: Ref): number | undefined => {
    if (!ref || kindOf(binaryen, ref) !== "Load") return undefined;
    const { offset, bytes, ptr } = binaryen.getExpressionInfo(ref);
    if (offset !== 0 || bytes !== 4 || kindOf(binaryen, ptr) !== "Const") return undefined;
    const { value } = binaryen.getExpressionInfo(ptr);
    return places.has(value) ? value : undefined;
  };
  const loads: { object: number; replace: (place: Ref) => void }[] = [];
  // How often each address stands in the code beyond these loads.
  const others = new Map<number, number>();
  const count = (object: number, more: number) => others.set(object, (others.get(object) ?? 0) + more);
  const note = (ref: Ref, replace: (place: Ref) => void) => {
    const object = loaded(ref);
    if (object === undefined) return;
    loads.push({ object, replace });
    count(object, -1);
  };
  for (const body of bodiesOf(module, binaryen))
    walk(binaryen, body, (kind, info, ref) => {
      if (kind === "Const" && places.has(info["value"])) count(info["value"], 1);
      if (kind === "Store") note(info["value"], (place) => binaryen.Store.setValue(ref, place));
      if (kind === "LocalSet") note(info["value"], (place) => binaryen.LocalSet.setValue(ref, place));
      if (kind === "GlobalSet") note(info["value"], (place) => binaryen.GlobalSet.setValue(ref, place));
      if (kind === "Call")
        info["operands"].forEach((operand: Ref, i: number) =>
          note(operand, (place) => binaryen.Call.setOperandAt(ref, i, place)),
        );
    });
  for (const { object, replace } of loads)
    if (!others.get(object)) replace(module.i32.const(places.get(object)!));
}

/**
 * The functions that code may call by a number it does not know: those whose objects something still refers to. What the top level has registered is
 * called by a number that is known, and so by name; what nobody calls so counts, too. `contents`: what memory holds.
 */
export function calledByNumber(
  module: Module,
  binaryen: Binaryen,
  statics: readonly Segment[],
  contents: readonly Segment[],
): string[] {
  const numbers = new Set<number>();
  const called = new Set<string>();
  for (const body of bodiesOf(module, binaryen))
    walk(binaryen, body, (kind, info) => {
      if (kind === "Const") numbers.add(info["value"]);
      if (kind === "Call") called.add(info["target"]);
    });
  for (const segment of contents) eachWord(segment, (word) => numbers.add(word));
  const objects = [...objectsIn(statics)].filter(([object]) => numbers.has(object));
  const places = new Set(objects.map(([, place]) => place));
  return tableOf(module, binaryen).filter((name, i) => places.has(i + 1) || !called.has(name));
}

/** What stands in functions that no other static data points to. */
function placesIn(statics: readonly Segment[], functions: readonly Segment[]): Map<number, number> {
  const places = objectsIn(functions);
  for (const segment of statics) eachWord(segment, (word) => places.delete(word));
  return places;
}
/** Objects of a function's size, each with what stands in it. */
function objectsIn(statics: readonly Segment[]): Map<number, number> {
  const places = new Map<number, number>();
  for (const object of statics) {
    const place = placeOf(object);
    if (place !== undefined) places.set(object.at + HEADER, place);
  }
  return places;
}
/**
 * Those that are functions, before the optimiser has changed the table: each has a place of its own there, from 1 to `count`. Of two objects with the same
 * place one only looks like a function, and so does one with any other: a pair of numbers, or one that is still empty.
 */
export function functionsIn(statics: readonly Segment[], count: number): Segment[] {
  const places = statics.map((object) => (isBlock(object) ? placeOf(object) : undefined));
  return statics.filter((_, i) => {
    const place = places[i];
    if (place === undefined || place < 1 || place > count) return false;
    return places.indexOf(place) === places.lastIndexOf(place);
  });
}
/** What stands in an object of a function's size; undefined for others. */
function placeOf({ data }: Segment): number | undefined {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  if (data.length < HEADER + SIZE || view.getUint32(HEADER - 4, true) !== SIZE) return undefined;
  return view.getUint32(HEADER + 4, true) === 0 ? view.getUint32(HEADER, true) : undefined;
}
/** Words stand at multiples of four, and a segment need not begin at one. */
function eachWord({ at, data }: Segment, use: (word: number) => void): void {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  for (let i = -at & 3; i + 4 <= data.length; i += 4) use(view.getUint32(i, true));
}
/** All code, that of initial values included. */
function bodiesOf(module: Module, binaryen: Binaryen): Ref[] {
  return [
    ...functionsOf(binaryen, module).flatMap((f) => (f.module ? [] : [f.body])),
    ...globalsOf(binaryen, module).flatMap((global) => (global.module ? [] : [global.init])),
  ];
}
