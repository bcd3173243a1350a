import {
  type Binaryen,
  type Module,
  type Ref,
  globalsOf,
  pagesOf,
  segmentsOf,
  setSegments,
} from "./binaryen.ts";
import { INTRINSICS } from "./instance.ts";
import { kindOf } from "./walk.ts";

/** `memory <bytes>`: the name of an imported global, which is the address of so many zeros. */
const MEMORY = /^memory (\d+)$/;
/** Where asc's data ends; the incremental collector's stack, which begins at its upper end; and the heap behind it. */
const LIMITS = ["__data_end", "__stack_pointer", "__heap_base"].map((name) => `~lib/memory/${name}`);
const [ALIGNMENT, PAGE] = [16, 65536];
/** What is read through a null pointer is 0. */
const NULLS = 16;
/** Optimised builds have nothing below of asc's. */
const ASC_BASE = 1024;

/**
 * Gives the SDK the memory that it asks for. Small pieces lie in front of what asc lays out, where their addresses take the fewest bytes; the others
 * behind, so that the addresses of texts take few, too.
 */
export function placeStatics(module: Module, binaryen: Binaryen): void {
  const globals = globalsOf(binaryen, module);
  const asked = globals
    .filter((global) => global.module === INTRINSICS && MEMORY.test(global.base))
    .map(({ name, base }) => ({ name, size: Number(MEMORY.exec(base)![1]) }))
    .toSorted((a, b) => a.size - b.size);
  const limits = globals
    .filter(({ name }) => LIMITS.includes(name))
    .map((global) => ({ ...global, at: binaryen.getExpressionInfo(global.init)["value"] as number }));
  const ends = limits.length
    ? [Math.min(...limits.map(({ at }) => at))]
    : segmentsOf(binaryen, module).map(({ at, data }) => at + data.length);
  const behind = Math.ceil(Math.max(ASC_BASE, ...ends) / ALIGNMENT) * ALIGNMENT;
  let low = binaryen.getLowMemoryUnused() ? NULLS : ASC_BASE;
  let high = behind;
  const set = (name: string, mutable: boolean, value: number) => {
    module.removeGlobal(name);
    module.addGlobal(name, binaryen.i32, mutable, module.i32.const(value));
  };
  for (const { name, size } of asked) {
    const room = Math.ceil(size / 4) * 4;
    const isLow = low + room <= ASC_BASE;
    const at = isLow ? low : high;
    if (isLow) low += room;
    else high += Math.ceil(size / ALIGNMENT) * ALIGNMENT;
    set(name, false, at);
    for (const { name: other, module: imported, init, mutable } of globals)
      if (!imported && isGet(binaryen, init, name)) set(other, mutable, at);
  }
  let end = high;
  for (const { name, mutable, at } of limits) {
    end = at + high - behind;
    set(name, mutable, end);
  }
  const pages = Math.ceil(end / PAGE);
  if (pages > pagesOf(module)) setSegments(module, pages, segmentsOf(binaryen, module));
}
function isGet(binaryen: Binaryen, ref: Ref, name: string): boolean {
  return kindOf(binaryen, ref) === "GlobalGet" && binaryen.getExpressionInfo(ref)["name"] === name;
}
