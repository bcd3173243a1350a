import type { Module } from "./binaryen.ts";

/** Runs a module as it stands, away from any gateway. `imports`: the names of what it imports. */
export function instantiate(module: Module): { exports: WebAssembly.Exports; imports: string[] } {
  const compiled = new WebAssembly.Module(module.emitBinary());
  const imports = WebAssembly.Module.imports(compiled);
  const values: Record<string, Record<string, () => never>> = {};
  for (const { module: from, name } of imports) {
    (values[from] ??= {})[name] = () => {
      throw new Error(
        `the top level of the plugin calls the gateway (${name}), which gateways forbid: do it in a handler`,
      );
    };
  }
  const { exports } = new WebAssembly.Instance(compiled, values);
  return { exports, imports: imports.map(({ name }) => name) };
}
