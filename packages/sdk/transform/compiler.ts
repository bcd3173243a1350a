// The parts of the AssemblyScript compiler that the transform touches; asc ships no types for them.
import type { Binaryen } from "./link/binaryen.ts";

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
/** The nodes right below one. */
export function childrenOf(node: Node): Node[] {
  return Object.entries(node)
    .filter(([field]) => field !== "range" && field !== "parent" && field !== "source")
    .flatMap(([, value]) => [value].flat(Infinity))
    .filter((child) => child && typeof child === "object" && "kind" in child && "range" in child) as Node[];
}
export interface Source {
  internalPath: string;
  normalizedPath: string;
  text: string;
  statements: Node[];
}
export interface Parser {
  sources: Source[];
  diagnostics: unknown[];
  parseFile(text: string, path: string, isEntry: boolean): void;
}
/** Something declared: a class, a method. */
export interface Element {
  name: string;
  internalName: string;
  parent: Element;
  getMember(name: string): Element | null;
}
export interface Compiler {
  binaryen: Binaryen;
  program: {
    diagnostics: unknown[];
    resolver: {
      /** What a name, or a member of something, stands for. */
      lookupExpression(node: Node, ...rest: unknown[]): Element | null;
    };
    options: {
      exportStart: string | null;
      globalAliases: Map<string, string> | null;
      optimizeLevelHint: number;
      shrinkLevelHint: number;
      uncheckedBehavior: number;
      /** Of the incremental collector's shadow stack, in bytes; 0 for the other collectors. */
      stackSize: number;
    };
  };
  stderr: OutputStream;
}
export interface OutputStream {
  write(text: string, ...rest: unknown[]): unknown;
}
