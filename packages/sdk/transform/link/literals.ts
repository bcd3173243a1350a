import {
  type Binaryen,
  type Module,
  type Ref,
  type Segment,
  exportsOf,
  functionsOf,
  globalsOf,
  pagesOf,
  segmentsOf,
  setSegments,
} from "./binaryen.ts";
import { INTRINSICS, instantiate } from "./instance.ts";
import { INCREMENTAL } from "./runtime.ts";
import { kindOf, walk } from "./walk.ts";

const RELEASE = "releaseScratch";
/** Where asc's heap begins, and where it begins now. The incremental collector looks for its stack in front of the former. */
const ASC_HEAP_BASE = "~lib/memory/__heap_base";
export const HEAP_BASE = "gateway heap base";
/** Where the SDK's heap is; set by the top level, which has not run when literals are encoded. */
const HEAP = ["top", "limit"].map((name) => `~lib/@gateway-plugins/sdk/assembly/runtime/heap/${name}`);
export const HEAP_TOP = HEAP[0]!;
const PAGE = 65536;
/** For literals that are longer than the scratch memory. */
const HEAP_PAGES = 64;
/** What other steps put in the place of functions. */
const HELPERS = ["abortText", "decimal", "equalStrings", "joinAll", "joinTwo"];

const ILLEGAL: Record<string, string> = {
  encodeName: "is not a header name",
  encodeChangeableName: "is not a header that a plugin may change",
  encodeDeletableName: "is not a header that a plugin may delete",
  encodeAppendableName:
    "is not a header that a plugin may append to (set replaces a header of a single value)",
  encodeValue: "is not a header value",
};

/**
 * Resolves the intrinsics: calls with a literal become the address of its bytes, encoded and checked now; all others become calls of the
 * functions that do it at run time. The bytes lie where asc's heap would begin, which begins behind them.
 */
export class Literals {
  readonly #module: Module;
  readonly #binaryen: Binaryen;
  /** The static objects as asc has laid them out; the optimiser cuts their segments. */
  statics: Segment[];
  /** Every literal's bytes; one may stand inside a longer one. */
  readonly encoded: Segment[] = [];
  readonly #places = new Map<string, number>();
  readonly #room: number;
  #bytes = Buffer.alloc(PAGE);
  #functions = new Set<string>();
  #exports: WebAssembly.Exports = {};
  #end = 0;
  #strings: "utf16le" | "utf8" = "utf16le";

  constructor(module: Module, binaryen: Binaryen) {
    this.#module = module;
    this.#binaryen = binaryen;
    this.statics = segmentsOf(binaryen, module);
    const base = globalsOf(binaryen, module).find(({ name }) => name === ASC_HEAP_BASE);
    this.#room = base === undefined ? 0 : binaryen.getExpressionInfo(base.init)["value"];
    if (base === undefined) return;
    module.addGlobalImport(HEAP_BASE, INTRINSICS, "heap base", binaryen.i32, false);
    for (const { name, module: imported, body } of functionsOf(binaryen, module))
      if (!imported && !INCREMENTAL.test(name))
        walk(binaryen, body, (kind, info, ref) => {
          if (kind === "GlobalGet" && info["name"] === ASC_HEAP_BASE)
            binaryen.GlobalGet.setName(ref, HEAP_BASE);
        });
  }

  /** Resolves what is a literal by now. The optimiser brings more of them to their calls, but also joins calls into one of a choice. */
  encode(): void {
    const module = this.#module;
    const binaryen = this.#binaryen;
    const intrinsics = new Map(this.#intrinsics().map((f) => [f.name, f.base]));
    const functions = functionsOf(binaryen, module);
    this.#functions = new Set(functions.map((f) => f.name));
    this.#instantiate();
    const found: { ref: Ref; bytes: Buffer }[] = [];
    for (const { module: imported, body } of functions) {
      if (imported) continue;
      walk(binaryen, body, (kind, info, ref) => {
        const base = kind === "Call" ? intrinsics.get(info["target"]) : undefined;
        if (!base || kindOf(binaryen, info["operands"][0]) !== "Const") return;
        const pointer: number = binaryen.getExpressionInfo(info["operands"][0])["value"];
        if (isText(this.statics, pointer)) found.push({ ref, bytes: this.#encode(pointer, base) });
      });
    }
    // The longest first: others may stand inside of them.
    for (const { ref, bytes } of found.toSorted((a, b) => b.bytes.length - a.bytes.length))
      binaryen.Call.setTarget(ref, this.#constantFor(this.#place(bytes)));
    this.#writeRoom();
  }
  /** Pointer and length, packed, of a static string's bytes. */
  encodedAt(pointer: number): bigint {
    return this.#place(this.#encode(pointer, "encodeText"));
  }
  /** Where strings hold UTF-8 from now on: the static objects as they are then. */
  holdUtf8(statics: Segment[]): void {
    this.#strings = "utf8";
    this.statics = statics;
    this.#writeRoom();
  }
  #writeRoom(): void {
    const room = { at: this.#room, data: new Uint8Array(this.#bytes.subarray(0, this.#end)) };
    const pages = Math.max(pagesOf(this.#module), Math.ceil((this.#room + this.#end) / PAGE));
    setSegments(this.#module, pages, [...this.statics, ...(this.#end ? [room] : [])]);
  }
  /** A static string's bytes. `base`: the function that checks and encodes it. */
  #encode(pointer: number, base: string): Buffer {
    const exports = this.#exports;
    const memory = new Uint8Array((exports["memory"] as WebAssembly.Memory).buffer);
    const result = BigInt.asUintN(64, (exports[base] as (pointer: number) => bigint)(pointer));
    (exports[RELEASE] as () => void)();
    if (!result) throw new Error(`${JSON.stringify(this.#textAt(memory, pointer))} ${ILLEGAL[base]}`);
    const from = Number(result & 0xffffffffn);
    return Buffer.from(memory.slice(from, from + Number(result >> 32n)));
  }
  #instantiate(): void {
    const module = this.#module;
    const heap = globalsOf(this.#binaryen, module).filter(({ name }) => HEAP.includes(name));
    for (const { name } of heap) module.addGlobalExport(name, name);
    this.#exports = instantiate(module).exports;
    const { initial, max = Infinity } = module.getMemoryInfo("0");
    const pages = Math.min(HEAP_PAGES, max - initial);
    const base = (this.#exports["memory"] as WebAssembly.Memory).grow(pages) * PAGE;
    for (const { name } of heap) {
      module.removeExport(name);
      const isTop = name === HEAP[0];
      (this.#exports[name] as WebAssembly.Global).value = isTop ? base + 12 : base + pages * PAGE;
    }
  }
  /** What is left is encoded at run time, and the heap begins. */
  finish(): void {
    const module = this.#module;
    resolveIntrinsics(module, this.#binaryen);
    if (!this.#room) return;
    if (globalsOf(this.#binaryen, module).some(({ name }) => name === HEAP_BASE))
      module.removeGlobal(HEAP_BASE);
    const base = (this.#room + this.#end + 15) & ~15;
    module.addGlobal(HEAP_BASE, this.#binaryen.i32, false, module.i32.const(base));
  }

  #textAt(memory: Uint8Array, pointer: number): string {
    const size = new DataView(memory.buffer).getUint32(pointer - 4, true);
    return Buffer.from(memory.subarray(pointer, pointer + size)).toString(this.#strings);
  }
  #intrinsics() {
    return functionsOf(this.#binaryen, this.#module).filter((f) => f.module === INTRINSICS);
  }
  /** A function that answers with a place; the optimiser makes it a number. */
  #constantFor(text: bigint): string {
    const name = `literal ${text}`;
    if (!this.#functions.has(name)) {
      this.#functions.add(name);
      const { i32, i64 } = this.#binaryen;
      this.#module.addFunction(name, i32, i64, [], this.#module.i64.const(text));
    }
    return name;
  }
  #place(bytes: Buffer): bigint {
    const key = bytes.toString("latin1");
    let at = this.#places.get(key);
    if (at === undefined) {
      at = this.#bytes.subarray(0, this.#end).indexOf(bytes);
      if (at < 0) {
        at = this.#end;
        this.#end += bytes.length;
        if (this.#end > this.#bytes.length)
          this.#bytes = Buffer.concat([this.#bytes], this.#end + this.#bytes.length);
        bytes.copy(this.#bytes, at);
      }
      this.#places.set(key, at);
      if (bytes.length) this.encoded.push({ at: this.#room + at, data: new Uint8Array(bytes) });
    }
    return (BigInt(bytes.length) << 32n) | BigInt(this.#room + at);
  }
}

/** Makes every call of an intrinsic one of the function that stands behind it. */
export function resolveIntrinsics(module: Module, binaryen: Binaryen): void {
  const bodies = new Map(exportsOf(binaryen, module).map((e) => [e.name, e.value]));
  for (const { name, base } of functionsOf(binaryen, module).filter((f) => f.module === INTRINSICS)) {
    module.removeFunction(name);
    const forward = module.call(bodies.get(base)!, [module.local.get(0, binaryen.i32)], binaryen.i64);
    module.addFunction(name, binaryen.i32, binaryen.i64, [], forward);
  }
  for (const name of [RELEASE, ...HELPERS, "encodeText", ...Object.keys(ILLEGAL)]) module.removeExport(name);
}

/** Whether a static string stands at an address. */
export function isText(segments: readonly Segment[], pointer: number): boolean {
  return segments.some(
    (s) => pointer >= s.at + HEADER && pointer <= s.at + s.data.length && rtIdAt(s, pointer) === STRING,
  );
}

// The header before each of AssemblyScript's static objects: mmInfo, gcInfo, gcInfo2, rtId, rtSize.
export const HEADER = 20;
export const STRING = 2;
/** A static string without what only code that gets at memory by itself could ask for: all of its header but the size. */
export function bareText(object: Segment): Segment {
  if (classOf(object) !== STRING) return object;
  const { at, data } = object;
  return { at, data: data.slice().fill(0, 0, HEADER - 4) };
}
/** Whether it is an object, and not memory that somebody has asked for. */
export function isBlock({ at, data }: Segment): boolean {
  const words = new DataView(data.buffer, data.byteOffset, data.length);
  return data.length > HEADER && at % 16 === 12 && words.getUint32(0, true) === data.length - 4;
}
/** Of a static object; undefined for memory that somebody has asked for. */
export function classOf(object: Segment): number | undefined {
  return isBlock(object) ? rtIdAt(object, object.at + HEADER) : undefined;
}
export function rtIdAt({ at, data }: Segment, pointer: number): number {
  return new DataView(data.buffer, data.byteOffset).getUint32(pointer - at - 8, true);
}
