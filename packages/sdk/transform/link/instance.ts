import type { Module } from "./binaryen.ts";

/** Imports from here are the intrinsics of assembly/abi/literals.ts; each is named after the function that stands behind it. */
export const INTRINSICS = "gateway-link";

/** Runs a module as it stands, away from any gateway. `imports`: the names of what it imports. */
export function instantiate(module: Module): { exports: WebAssembly.Exports; imports: string[] } {
  const compiled = new WebAssembly.Module(module.emitBinary());
  const imports = WebAssembly.Module.imports(compiled);
  const values: Record<string, Record<string, number | ((text: number) => bigint)>> = {};
  for (const { module: from, name, kind } of imports) {
    // The heap's beginning, which is not known while literals are encoded.
    if (kind === "global") {
      (values[from] ??= {})[name] = 0;
      continue;
    }
    (values[from] ??= {})[name] = () => {
      throw new Error(
        `the top level of the plugin calls the gateway (${name}), which gateways forbid: do it in a handler`,
      );
    };
  }
  // What stands behind the intrinsics of literals.ts may use them, too.
  for (const { module: from, name, kind } of imports)
    if (from === INTRINSICS && kind === "function")
      values[from]![name] = (text: number) => (exports[name] as (text: number) => bigint)(text);
  const { exports } = new WebAssembly.Instance(compiled, values);
  return { exports, imports: imports.map(({ name }) => name) };
}
