// The parts of the AssemblyScript compiler and of Binaryen that the transform touches; asc ships no types for them.

export interface Range {
  source: Source;
}
/** A node of the syntax tree. Its shape depends on `kind`, whose numbers differ between compiler versions. */
export interface Node {
  kind: number;
  range: Range;
  // oxlint-disable-next-line no-explicit-any -- the tree is untyped here
  [field: string]: any;
}
export interface Source {
  internalPath: string;
  statements: Node[];
}
export interface Parser {
  sources: Source[];
  diagnostics: unknown[];
  parseFile(text: string, path: string, isEntry: boolean): void;
}
export interface CompiledModule {
  emitBinary(): Uint8Array;
  removeExport(name: string): void;
  getNumExports(): number;
}
export interface Compiler {
  program: {
    options: { exportStart: string | null; globalAliases: Map<string, string> | null; optimizeLevelHint: number };
  };
  stderr: OutputStream;
}
export interface OutputStream {
  write(text: string, ...rest: unknown[]): unknown;
}
