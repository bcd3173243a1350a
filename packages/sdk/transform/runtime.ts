import type { Parser } from "./compiler.ts";

/** What is replaced, and by which file of assembly/runtime. The incremental collector stays, and so does the stub runtime's allocator. */
const PARTS = [
  ["~lib/rt/tlsf", "heap"],
  ["~lib/rt/tcms", "collector"],
] as const;
/** A constant of the program, `--use GATEWAY_HEAP=0`, that keeps AssemblyScript's own. */
const CHOICE = "GATEWAY_HEAP";

/** Empties AssemblyScript's allocator and the minimal runtime's collector and returns the imports of those that take their places; nothing where they stay. */
export function replaceRuntime(parser: Parser, constants: ReadonlyMap<string, string>): string {
  if (constants.get(CHOICE) === "0") return "";
  let imports = "";
  for (const [internalPath, file] of PARTS) {
    const source = parser.sources.find((found) => found.internalPath === internalPath);
    if (source === undefined) continue;
    source.statements = [];
    imports += `import "@gateway-plugins/sdk/assembly/runtime/${file}";\n`;
  }
  return imports;
}
