import type { Parser } from "./compiler.ts";

/** AssemblyScript's allocator under both of its collectors. The stub runtime has another, which stays. */
const ALLOCATOR = "~lib/rt/tlsf";
/** A constant of the program, `--use GATEWAY_HEAP=0`, that keeps AssemblyScript's allocator. */
const CHOICE = "GATEWAY_HEAP";

/** Empties AssemblyScript's allocator and returns the import of the one that takes its place; nothing where it stays. */
export function replaceAllocator(parser: Parser, constants: ReadonlyMap<string, string>): string {
  const source = parser.sources.find(({ internalPath }) => internalPath === ALLOCATOR);
  if (source === undefined || constants.get(CHOICE) === "0") return "";
  source.statements = [];
  return 'import "@gateway-plugins/sdk/assembly/runtime/heap";\n';
}
