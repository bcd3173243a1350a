import { type Binaryen, type Module, type Segment, globalsOf } from "./binaryen.ts";
import { HEADER, HEAP_BASE, HEAP_TOP, STRING, classOf } from "./literals.ts";

const START = "~lib/@gateway-plugins/sdk/assembly/plugin/handlers/handlers.start";
const BUFFER = 1;
/** What asc marks those of templates by, and nothing else: "transparent". */
const TEMPLATE = 3;

/** What is there before any configuration, as the top level has left it: objects that may hold others, and the start handler. */
export class Older {
  /** The start handler's place in the function table; 0 where there is none. */
  readonly start: number;
  readonly #ranges: readonly { from: number; to: number }[];

  /** Before the optimiser has seen what the top level has left. `statics`: the static objects; `functions`: those that are functions. */
  constructor(
    module: Module,
    binaryen: Binaryen,
    statics: readonly Segment[],
    functions: readonly Segment[],
  ) {
    const values = new Map<string, number>();
    for (const { name, module: imported, init } of globalsOf(binaryen, module))
      if (!imported) values.set(name, binaryen.getExpressionInfo(init)["value"]);
    this.start = values.get(START) ?? 0;
    // The first object stands behind two headers.
    const heap = { from: (values.get(HEAP_BASE) ?? 0) + 16, to: values.get(HEAP_TOP) ?? 0 };
    const holders = statics.filter((object) => mayHold(object) && !functions.includes(object));
    this.#ranges = [heap, ...holders.map(({ at, data }) => ({ from: at + HEADER, to: at + data.length }))];
  }

  /** Whether a number of the code could be the address of such an object, or of a part of it. */
  has(address: number): boolean {
    return this.#ranges.some(({ from, to }) => from <= address && address < to);
  }
}
/** A list of texts may: somebody may write to it. A text and bytes may not, nor what asc puts a template's parts into each time before it joins them. */
function mayHold(object: Segment): boolean {
  const id = classOf(object);
  return id !== undefined && id !== STRING && id !== BUFFER && gcInfoOf(object) !== TEMPLATE;
}
function gcInfoOf({ data }: Segment): number {
  return new DataView(data.buffer, data.byteOffset).getUint32(4, true);
}
