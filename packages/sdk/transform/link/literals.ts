import {
  type Binaryen,
  type Module,
  type Segment,
  exportsOf,
  functionsOf,
  pagesOf,
  setSegments,
} from "./binaryen.ts";
import { instantiate } from "./instance.ts";
import { kindOf, walk } from "./walk.ts";

/** Imports from here are the intrinsics of assembly/abi/literals.ts; each is named after the function that stands behind it. */
const INTRINSICS = "gateway-link";
const ROOM = "literalRoom";
const ROOM_SIZE = 16384;

const ILLEGAL: Record<string, string> = {
  encodeName: "is not a header name",
  encodeChangeableName: "is not a header that a plugin may change",
  encodeDeletableName: "is not a header that a plugin may delete",
  encodeAppendableName:
    "is not a header that a plugin may append to (set replaces a header of a single value)",
  encodeValue: "is not a header value",
};

/**
 * Resolves the intrinsics. With `statics`, the static objects as asc has laid them out (the optimiser cuts their segments), calls with a
 * literal become the address of its bytes, encoded and checked now.
 */
export function resolveLiterals(module: Module, binaryen: Binaryen, statics?: Segment[]): void {
  const intrinsics = functionsOf(binaryen, module).filter((f) => f.module === INTRINSICS);
  const bodies = new Map(exportsOf(binaryen, module).map((e) => [e.name, e.value]));
  if (statics) encodeLiterals(module, binaryen, statics, new Map(intrinsics.map((f) => [f.name, f.base])));
  for (const { name, base } of intrinsics) {
    module.removeFunction(name);
    const forward = module.call(bodies.get(base)!, [module.local.get(0, binaryen.i32)], binaryen.i64);
    module.addFunction(name, binaryen.i32, binaryen.i64, [], forward);
  }
  for (const name of [ROOM, "encodeText", ...Object.keys(ILLEGAL)]) module.removeExport(name);
}

function encodeLiterals(
  module: Module,
  binaryen: Binaryen,
  segments: Segment[],
  intrinsics: Map<string, string>,
): void {
  const isText = (pointer: number) =>
    segments.some(
      (s) => pointer >= s.at + HEADER && pointer <= s.at + s.data.length && rtIdAt(s, pointer) === STRING,
    );
  const { exports } = instantiate(module);
  const memory = new Uint8Array((exports["memory"] as WebAssembly.Memory).buffer);
  const room = (exports[ROOM] as () => number)();
  const places = new Map<string, number>();
  const encoded: Segment[] = [];
  const constants = new Set<string>();
  let end = room;

  const place = (bytes: Uint8Array): number => {
    const key = Buffer.from(bytes).toString("latin1");
    let at = places.get(key);
    if (at === undefined) {
      at = end;
      end += bytes.length;
      if (end > room + ROOM_SIZE)
        throw new Error("more than 16 KiB of text in calls to the gateway: keep some of it in variables");
      places.set(key, at);
      if (bytes.length) encoded.push({ at, data: bytes });
    }
    return at;
  };
  /** A function that answers with the place of the literal's bytes; the optimiser makes it a number. */
  const constantFor = (base: string, pointer: number): string => {
    const result = BigInt.asUintN(64, (exports[base] as (pointer: number) => bigint)(pointer));
    if (!result) throw new Error(`${JSON.stringify(textAt(memory, pointer))} ${ILLEGAL[base]}`);
    const from = Number(result & 0xffffffffn);
    const length = Number(result >> 32n);
    const at = place(memory.slice(from, from + length));
    const name = `literal ${at} ${length}`;
    if (!constants.has(name)) {
      constants.add(name);
      const value = module.i64.const((BigInt(length) << 32n) | BigInt(at));
      module.addFunction(name, binaryen.i32, binaryen.i64, [], value);
    }
    return name;
  };

  for (const { module: imported, body } of functionsOf(binaryen, module)) {
    if (imported) continue;
    walk(binaryen, body, (kind, info, ref) => {
      const base = kind === "Call" ? intrinsics.get(info["target"]) : undefined;
      if (!base || kindOf(binaryen, info["operands"][0]) !== "Const") return;
      const pointer: number = binaryen.getExpressionInfo(info["operands"][0])["value"];
      if (isText(pointer)) binaryen.Call.setTarget(ref, constantFor(base, pointer));
    });
  }
  setSegments(module, pagesOf(module), [...segments.filter((s) => s.at !== room), ...encoded]);
}

// The header before each of AssemblyScript's static objects: mmInfo, gcInfo, gcInfo2, rtId, rtSize.
const HEADER = 20;
const STRING = 2;
function rtIdAt({ at, data }: Segment, pointer: number): number {
  return new DataView(data.buffer, data.byteOffset).getUint32(pointer - at - 8, true);
}
function textAt(memory: Uint8Array, pointer: number): string {
  const size = new DataView(memory.buffer).getUint32(pointer - 4, true);
  return Buffer.from(memory.subarray(pointer, pointer + size)).toString("utf16le");
}
