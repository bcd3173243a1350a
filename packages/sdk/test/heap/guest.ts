import { build } from "../compile.ts";

const SOURCE = `import { Action, Plugin } from "@gateway-plugins/sdk";
new Plugin("heap").onRequestHeaders((ctx) => Action.Continue);
export function alloc(size: usize): usize { return heap.alloc(size); }
export function realloc(pointer: usize, size: usize): usize { return heap.realloc(pointer, size); }
export function free(pointer: usize): void { heap.free(pointer); }
export function grow(pages: i32): i32 { return memory.grow(pages); }
export function text(): usize { return changetype<usize>("static data"); }`;

/** The heap of a plugin, which does nothing else with it. */
export interface Heap {
  alloc(size: number): number;
  realloc(pointer: number, size: number): number;
  free(pointer: number): void;
  /** `memory.grow`, as an author may call it. */
  grow(pages: number): number;
  /** A static string's first byte. */
  text(): number;
  bytes(): Buffer;
  /** Functions entered and left, and turns of loops, since the last call; 0 unless the build counts them. */
  takeSteps(): number;
  logs: string[];
}

/** For `startHeap`: builds a module that counts its steps. */
export const COUNTING = ["--runPasses", "log-execution"];

/** Gives a fresh heap at each call, and compiles at the first. */
export function heapsOf(flags: readonly string[]): () => Promise<Heap> {
  let module: Promise<WebAssembly.Module> | undefined;
  return async () => start(await (module ??= compile(flags)));
}
async function compile(flags: readonly string[]): Promise<WebAssembly.Module> {
  return new WebAssembly.Module((await build(SOURCE, [...flags])) as Uint8Array<ArrayBuffer>);
}
function start(module: WebAssembly.Module): Heap {
  let steps = 0;
  const logs: string[] = [];
  const host: Record<string, (...numbers: number[]) => number> = {
    log_execution: () => steps++,
    proxy_log: (_level, at, length) => logs.push(bytes().toString("utf8", at, at! + length!)) && 0,
  };
  const env = Object.fromEntries(
    WebAssembly.Module.imports(module).map(({ name }) => [name, host[name] ?? (() => 0)]),
  );
  const { exports } = new WebAssembly.Instance(module, { env });
  const bytes = () => Buffer.from((exports["memory"] as WebAssembly.Memory).buffer);
  (exports["_initialize"] as (() => void) | undefined)?.();
  const { alloc, realloc, free, grow, text } = exports as unknown as Record<
    string,
    (...numbers: number[]) => number
  >;
  const takeSteps = () => {
    const taken = steps;
    steps = 0;
    return taken;
  };
  return {
    // A pointer is unsigned.
    alloc: (size) => alloc!(size) >>> 0,
    realloc: (pointer, size) => realloc!(pointer, size) >>> 0,
    free: (pointer) => void free!(pointer),
    grow: grow!,
    text: text!,
    bytes,
    takeSteps,
    logs,
  };
}
