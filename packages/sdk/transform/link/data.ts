import {
  type Binaryen,
  type ExpressionInfo,
  type Module,
  type Segment,
  functionsOf,
  globalsOf,
  pagesOf,
  setSegments,
} from "./binaryen.ts";
import { kindOf, walk } from "./walk.ts";

/**
 * Drops static data that no constant of the code and no live data points into. Conservative: any number that could be an address keeps
 * what stands there. `contents`: an element for each static object, which the optimiser's own segments no longer tell apart.
 */
export function dropDeadData(module: Module, binaryen: Binaryen, contents: readonly Segment[]): void {
  const segments = contents.toSorted((a, b) => a.at - b.at);
  const live = new Set<Segment>();
  const open: Segment[] = [];
  const reach = (address: number) => {
    // The end of an object is an address of it, unless another begins there.
    const segment =
      segments.find(({ at, data }) => at <= address && address < at + data.length) ??
      segments.find(({ at, data }) => address === at + data.length);
    if (segment === undefined || live.has(segment)) return;
    live.add(segment);
    open.push(segment);
  };
  for (const address of addressesIn(module, binaryen)) reach(address);
  for (let segment = open.pop(); segment; segment = open.pop()) {
    const words = new DataView(segment.data.buffer, segment.data.byteOffset, segment.data.length);
    for (let at = -segment.at & 3; at + 4 <= segment.data.length; at += 4) reach(words.getUint32(at, true));
  }
  setSegments(module, pagesOf(module), pack(segments.filter((segment) => live.has(segment))));
}

function addressesIn(module: Module, binaryen: Binaryen): Set<number> {
  const addresses = new Set<number>();
  const see = (value: unknown) => {
    if (typeof value === "number") addresses.add(value >>> 0);
    else if (typeof value === "bigint") addresses.add(Number(BigInt.asUintN(32, value)));
  };
  const visit = (kind: string, info: ExpressionInfo) => {
    if (kind === "Const") see(info["value"]);
    if (kind !== "Load" && kind !== "Store") return;
    see(info["offset"]);
    if (kindOf(binaryen, info["ptr"]) === "Const")
      see(binaryen.getExpressionInfo(info["ptr"])["value"] + info["offset"]);
  };
  for (const { module: imported, body } of functionsOf(binaryen, module))
    if (!imported) walk(binaryen, body, visit);
  for (const global of globalsOf(binaryen, module)) if (!global.module) walk(binaryen, global.init, visit);
  return addresses;
}

/** Cuts runs of zeros out; a segment of its own costs about eight bytes. */
const WORTH_A_CUT = 8;
function pack(segments: Segment[]): Segment[] {
  const packed: Segment[] = [];
  for (const { at, data } of segments) {
    for (let i = 0; i < data.length; i++) {
      if (!data[i]) continue;
      const last = packed.at(-1);
      const end = last ? last.at + last.data.length : 0;
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
