import {
  type Binaryen,
  type Module,
  type Segment,
  globalsOf,
  pagesOf,
  segmentsOf,
  setSegments,
} from "./binaryen.ts";
import { ASK } from "./callbacks.ts";
import { instantiate } from "./instance.ts";

export interface Evaluated {
  /** The answer of `ASK`: which callbacks the plugin needs. */
  bits: number;
  /** Names of the host functions that the module could call before anything was stripped. */
  imports: string[];
  /** What memory holds, an element for each static object. */
  contents: Segment[];
}

/**
 * Runs the module's top level and writes what it has done into the module: globals as initial values, memory as data. Returns what the
 * plugin has registered, true also of handlers registered from another file or through a variable.
 */
export function evaluateTopLevel(module: Module, binaryen: Binaryen): Evaluated {
  const globals = globalsOf(binaryen, module).filter((global) => global.mutable && !global.module);
  globals.forEach((global, i) => module.addGlobalExport(global.name, `global ${i}`));
  const { exports, imports } = instantiate(module);
  (exports["_initialize"] as (() => void) | undefined)?.();
  const bits = (exports[ASK] as () => number)();

  const constant = new Map<number, (value: never) => number>([
    [binaryen.i32, (value: number) => module.i32.const(value)],
    [binaryen.i64, (value: bigint) => module.i64.const(value)],
    [binaryen.f32, (value: number) => module.f32.const(value)],
    [binaryen.f64, (value: number) => module.f64.const(value)],
  ] as [number, (value: never) => number][]);
  globals.forEach((global, i) => {
    module.removeExport(`global ${i}`);
    const toConstant = constant.get(global.type);
    if (!toConstant) return;
    const value = (exports[`global ${i}`] as WebAssembly.Global).value as never;
    module.removeGlobal(global.name);
    module.addGlobal(global.name, global.type, true, toConstant(value));
  });
  module.removeExport("_initialize");

  const memory = new Uint8Array((exports["memory"] as WebAssembly.Memory).buffer);
  const contents = snapshot(memory, segmentsOf(binaryen, module));
  setSegments(module, Math.max(pagesOf(module), memory.length / 65536), contents);
  return { bits, imports, contents };
}

/** Memory as segments, cut where static objects were, so that each stays one unit; what lies between and behind is the heap. */
function snapshot(memory: Uint8Array, statics: Segment[]): Segment[] {
  const segments: Segment[] = [];
  let end = 0;
  for (const { at, data } of statics.toSorted((a, b) => a.at - b.at)) {
    if (at > end) segments.push({ at: end, data: memory.slice(end, at) });
    segments.push({ at, data: memory.slice(at, at + data.length) });
    end = at + data.length;
  }
  segments.push({ at: end, data: memory.slice(end) });
  return segments.filter(({ data }) => data.some((byte) => byte !== 0));
}
