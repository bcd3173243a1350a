import {
  type Binaryen,
  type ExpressionInfo,
  type Module,
  type Ref,
  type Segment,
  functionsOf,
  globalsOf,
  pagesOf,
  setSegments,
} from "./binaryen.ts";
import { STRING, classOf } from "./literals.ts";
import { kindOf, walk } from "./walk.ts";

/**
 * Drops static data that no constant of the code and no live data points into. Conservative: any number that could be an address keeps
 * what stands there. `contents`: an element for each static object, which the optimiser's own segments no longer tell apart. `texts`: the
 * encoded literals, parts of one of these; a shorter one may stand inside a longer one, and code that uses one has the address of its start.
 * `tables`: those of the contents that code may know by an address before or behind them, at most `near` bytes: `table[c - 33]` has such a one as its
 * constant.
 */
export function dropDeadData(
  module: Module,
  binaryen: Binaryen,
  contents: readonly Segment[],
  texts: readonly Segment[],
  tables: readonly Segment[],
  near: number,
): void {
  const objects = contents.filter((object) => !texts.some((text) => holds(object, text.at)));
  const all = [...objects, ...texts];
  const live = new Set<Segment>();
  const open: Segment[] = [];
  const keep = (segment: Segment) => {
    if (live.has(segment)) return;
    live.add(segment);
    open.push(segment);
  };
  const reach = (address: number) => {
    let found = texts.filter(({ at }) => at === address);
    if (!found.length) found = all.filter((segment) => holds(segment, address));
    // The end of an object is an address of it, unless another begins there.
    if (!found.length) found = all.filter((segment) => address === endOf(segment));
    found.forEach(keep);
  };
  const { addresses, packed, bases } = constantsIn(module, binaryen);
  for (const table of objects)
    if (
      tables.some(({ at }) => at === table.at) &&
      bases.some((base) => table.at - near <= base && base < endOf(table) + near)
    )
      keep(table);
  for (const value of packed) {
    const text = texts.find((found) => packedOf(found) === value);
    if (text) keep(text);
    else addresses.add(Number(value & 0xffffffffn));
  }
  addresses.forEach(reach);
  for (let segment = open.pop(); segment; segment = open.pop()) {
    if (texts.includes(segment)) continue;
    const words = new DataView(segment.data.buffer, segment.data.byteOffset, segment.data.length);
    for (let at = -segment.at & 3; at + 4 <= segment.data.length; at += 4) {
      const address = words.getUint32(at, true);
      addresses.add(address);
      reach(address);
    }
  }
  const isFixed = (text: Segment) =>
    [...addresses].some((address) => text.at <= address && address <= endOf(text));
  const loose = texts.filter((text) => live.has(text) && !isFixed(text));
  const fixed = [...live].filter((segment) => !loose.includes(segment));
  const segments = [...fixed, ...moveTogether(module, binaryen, texts, loose, fixed)];
  setSegments(module, pagesOf(module), pack(segments.toSorted((a, b) => a.at - b.at)));
}
/** What code may look something up in by a number: neither a text, whose size it looks at, too, nor a function. */
export function tablesIn(statics: readonly Segment[], functions: readonly Segment[]): Segment[] {
  return statics.filter((object) => classOf(object) !== STRING && !functions.includes(object));
}
/** Address and length in one number, as the code has them. */
function packedOf({ at, data }: Segment): bigint {
  return (BigInt(data.length) << 32n) | BigInt(at);
}
/**
 * Literals that are known by such numbers only move together, without what was between them: into the room between those that stay. Where
 * that is too small they all stay.
 */
function moveTogether(
  module: Module,
  binaryen: Binaryen,
  texts: readonly Segment[],
  loose: readonly Segment[],
  fixed: readonly Segment[],
): readonly Segment[] {
  const staying = texts.filter((text) => fixed.includes(text)).toSorted((a, b) => a.at - b.at);
  const starts = [Math.min(...texts.map(({ at }) => at))];
  // One that stays may stand inside of another one that does.
  for (const text of staying) starts.push(Math.max(starts.at(-1)!, endOf(text)));
  const ends = [...staying.map(({ at }) => at), Math.max(...texts.map(endOf))];
  const gaps = starts.map((at, i) => ({ at, end: ends[i]!, data: Buffer.from([]) }));
  const moved = new Map<bigint, bigint>();
  for (const text of loose.toSorted((a, b) => b.data.length - a.data.length)) {
    const bytes = Buffer.from(text.data);
    const gap =
      gaps.find(({ data }) => data.includes(bytes)) ??
      gaps.find(({ at, end, data }) => at + data.length + bytes.length <= end);
    if (!gap) return loose;
    if (!gap.data.includes(bytes)) gap.data = Buffer.concat([gap.data, bytes]);
    moved.set(packedOf(text), packedOf({ at: gap.at + gap.data.indexOf(bytes), data: text.data }));
  }
  eachConstant(module, binaryen, (kind, info, ref) => {
    const value = kind === "Const" && typeof info["value"] === "bigint" && BigInt.asUintN(64, info["value"]);
    if (value && moved.has(value)) binaryen.Const.setValueI64(ref, moved.get(value)!);
  });
  return gaps.map(({ at, data }) => ({ at, data: new Uint8Array(data) }));
}
function endOf({ at, data }: Segment): number {
  return at + data.length;
}
function holds(segment: Segment, address: number): boolean {
  return segment.at <= address && address < endOf(segment);
}

/**
 * Numbers of 32 bits; those among them that something is added to or taken from; and numbers of 64: those may be an address with a length in the upper half.
 * Some numbers, 8192 for one, are added by taking away what takes fewer bytes: `x - -8192`.
 */
function constantsIn(
  module: Module,
  binaryen: Binaryen,
): { addresses: Set<number>; bases: number[]; packed: Set<bigint> } {
  const addresses = new Set<number>();
  const bases: number[] = [];
  const packed = new Set<bigint>();
  const see = (value: unknown) => {
    if (typeof value === "number") addresses.add(value >>> 0);
    else if (typeof value === "bigint") packed.add(BigInt.asUintN(64, value));
  };
  const seeBase = (ref: Ref, sign: number) => {
    if (kindOf(binaryen, ref) !== "Const") return;
    const base: number = sign * binaryen.getExpressionInfo(ref)["value"];
    see(base);
    bases.push(base);
  };
  const visit = (kind: string, info: ExpressionInfo) => {
    if (kind === "Const") see(info["value"]);
    if (kind === "Binary" && info["op"] === binaryen.AddInt32) seeBase(info["right"], 1);
    if (kind === "Binary" && info["op"] === binaryen.SubInt32) {
      seeBase(info["left"], 1);
      seeBase(info["right"], -1);
    }
    if (kind !== "Load" && kind !== "Store") return;
    see(info["offset"]);
    bases.push(info["offset"]);
    if (kindOf(binaryen, info["ptr"]) === "Const")
      see(binaryen.getExpressionInfo(info["ptr"])["value"] + info["offset"]);
  };
  eachConstant(module, binaryen, visit);
  return { addresses, bases, packed };
}
function eachConstant(
  module: Module,
  binaryen: Binaryen,
  visit: (kind: string, info: ExpressionInfo, ref: Ref) => void,
): void {
  for (const { module: imported, body } of functionsOf(binaryen, module))
    if (!imported) walk(binaryen, body, visit);
  for (const global of globalsOf(binaryen, module)) if (!global.module) walk(binaryen, global.init, visit);
}

/** One after the other, overlaps once. Cuts runs of zeros out; a segment of its own costs about eight bytes. */
const WORTH_A_CUT = 8;
function pack(segments: Segment[]): Segment[] {
  const packed: Segment[] = [];
  for (const { at, data } of segments) {
    for (let i = 0; i < data.length; i++) {
      const last = packed.at(-1);
      const end = last ? last.at + last.data.length : 0;
      if (!data[i] || at + i < end) continue;
      if (last && at + i - end < WORTH_A_CUT) {
        const grown = new Uint8Array(at + i + 1 - last.at);
        grown.set(last.data);
        grown[at + i - last.at] = data[i]!;
        last.data = grown;
      } else packed.push({ at: at + i, data: data.slice(i, i + 1) });
    }
  }
  return packed;
}
