import type { LoadedModule } from "./module.ts";
import type { ModuleImport } from "./module-interface.ts";

export interface Linked {
  imports: WebAssembly.Imports;
  /** The memory that the module imports, if it does. */
  memory: WebAssembly.Memory | undefined;
}

/** Gives a module what it imports: functions from `functionOf`, a memory and tables as large as it asks for. */
export function link(
  { interface: { imports } }: LoadedModule,
  functionOf: (module: string, name: string) => WebAssembly.ImportValue | undefined,
): Linked {
  const result: Linked = { imports: {}, memory: undefined };
  for (const entry of imports) {
    const { module, name, kind } = entry;
    if (kind === "memory") result.memory = new WebAssembly.Memory(limits(entry));
    const given =
      kind === "memory"
        ? result.memory
        : kind === "table"
          ? new WebAssembly.Table({ ...limits(entry), element: "anyfunc" })
          : functionOf(module, name);
    if (given !== undefined) (result.imports[module] ??= {})[name] = given;
  }
  return result;
}

function limits({ minimum = 0, maximum }: ModuleImport): { initial: number; maximum?: number } {
  return { initial: minimum, ...(maximum !== undefined && { maximum }) };
}
