import { type Binaryen, type Module, exportsOf, functionsOf } from "./binaryen.ts";

/** What joins a list of strings, and the export of the SDK that does so in one pass, whatever the strings hold. */
export const JOINS: readonly [name: string, by: string][] = [
  ["~lib/util/string/joinStringArray", "joinAll"],
  ["~lib/util/string/joinReferenceArray<~lib/string/String>", "joinAll"],
  ["~lib/util/string/joinReferenceArray<~lib/string/String|null>", "joinAll"],
];

/**
 * Joins lists of strings in one pass. With a shrink level the standard library puts them together one by one, each time a longer copy: tens of thousands,
 * which a client's query can hold, then take more memory than there is.
 */
export function joinAtOnce(module: Module, binaryen: Binaryen): void {
  replaceFunctions(module, binaryen, new Map(JOINS));
}

/** Makes functions call exports with their operands, and nothing else. */
export function replaceFunctions(module: Module, binaryen: Binaryen, by: ReadonlyMap<string, string>): void {
  const exported = new Map(exportsOf(binaryen, module).map(({ name, value }) => [name, value]));
  const { i32 } = binaryen;
  for (const { name, params } of functionsOf(binaryen, module)) {
    const target = exported.get(by.get(name) ?? "");
    if (target === undefined) continue;
    module.removeFunction(name);
    const operands = binaryen.expandType(params).map((_, i) => module.local.get(i, i32));
    module.addFunction(name, params, i32, [], module.call(target, operands, i32));
  }
}
