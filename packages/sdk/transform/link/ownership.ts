import { type Binaryen, type Module, exportsOf, functionsOf } from "./binaryen.ts";
import { ALLOCATE } from "./collector.ts";
import { RUNTIME, runtime } from "./runtime.ts";
import { walk } from "./walk.ts";

const SDK = "~lib/@gateway-plugins/sdk/assembly/";
const PARSE = `${SDK}plugin/roots/parse`;
const COLLECT = `${SDK}stream/stream/collectOutside`;
const [PIN, UNPIN, TAKE, FREE] = ["__pin", "__unpin", "__alloc", "__free"].map((name) => runtime(name)) as [
  RegExp,
  RegExp,
  RegExp,
  RegExp,
];
/** What code looks for before an object: its class and its size; the rest of the header is the collector's. */
const HEADER = 16;

/** The functions that this step looks for. */
export const OWNERSHIP = ["*/__pin", "*/__unpin", COLLECT];

/** Exports what `ownConfigurations` replaces, until it does: the optimiser leaves the parameters of exported functions alone. */
export function keepRuntime(module: Module, binaryen: Binaryen): void {
  for (const { name } of functionsOf(binaryen, module))
    if ([ALLOCATE, PIN, UNPIN].some((pattern) => pattern.test(name))) module.addFunctionExport(name, name);
}

/**
 * Where configuration objects are the only objects that a plugin can make, nothing is garbage: each is pinned when it is made and unpinned when
 * its root goes, so unpinning frees it, and the collector stays out of the module.
 */
export function ownConfigurations(module: Module, binaryen: Binaryen): void {
  const functions = functionsOf(binaryen, module);
  for (const { name, value } of exportsOf(binaryen, module)) if (name === value) module.removeExport(name);
  const find = (name: RegExp) => functions.find((f) => name.test(f.name))?.name;
  const [make, pin, unpin, alloc, free] = [ALLOCATE, PIN, UNPIN, TAKE, FREE].map(find);
  if (!make || !pin || !unpin || !alloc || !free || !onlyParseMakes(module, binaryen)) return;

  const { i32, none } = binaryen;
  const get = (index: number) => module.local.get(index, i32);
  const number = (value: number) => module.i32.const(value);
  const replace = (name: string, params: number[], result: number, locals: number[], body: number) => {
    module.removeFunction(name);
    module.addFunction(name, binaryen.createType(params), result, locals, body);
  };
  // (size, class)
  replace(
    make,
    [i32, i32],
    i32,
    [i32],
    module.block(null, [
      module.local.set(
        2,
        module.i32.add(module.call(alloc, [module.i32.add(get(0), number(HEADER))], i32), number(HEADER)),
      ),
      module.i32.store(0, 4, module.i32.sub(get(2), number(8)), get(1), "0"),
      module.i32.store(0, 4, module.i32.sub(get(2), number(4)), get(0), "0"),
      module.return(get(2)),
    ]),
  );
  replace(pin, [i32], i32, [], get(0));
  replace(
    unpin,
    [i32],
    none,
    [],
    module.if(get(0), module.call(free, [module.i32.sub(get(0), number(HEADER))], none)),
  );
  if (functions.some(({ name }) => name === COLLECT)) replace(COLLECT, [], none, [], module.nop());
}

/** Whether one place makes objects, and only the reading of a configuration comes there. */
function onlyParseMakes(module: Module, binaryen: Binaryen): boolean {
  const callers = new Map<string, string[]>();
  let makers: string[] = [];
  for (const { name, module: imported, body } of functionsOf(binaryen, module)) {
    if (imported || RUNTIME.test(name)) continue;
    walk(binaryen, body, (kind, info) => {
      if (kind === "CallIndirect") makers = ["", ""];
      if (kind !== "Call") return;
      if (!ALLOCATE.test(info["target"])) {
        callers.set(info["target"], [...(callers.get(info["target"]) ?? []), name]);
        return;
      }
      makers.push(name);
    });
  }
  let [maker] = makers;
  if (makers.length !== 1) return false;
  while (maker !== PARSE) {
    const above: string[] = callers.get(maker!) ?? [];
    if (above.length !== 1) return false;
    [maker] = above;
  }
  return true;
}
