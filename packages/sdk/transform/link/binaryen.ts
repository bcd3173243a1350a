// The part of Binaryen's JavaScript API that the link step uses, and readers for a module's parts. asc ships no types for it.

/** A reference into the module. */
export type Ref = number;

export interface Binaryen {
  i32: number;
  i64: number;
  f32: number;
  f64: number;
  createType(types: number[]): number;
  expandType(type: number): number[];
  ExternalFunction: number;
  ExpressionIds: Record<string, number>;
  AddInt32: number;
  EqInt32: number;
  EqZInt32: number;
  GtSInt32: number;
  GtUInt32: number;
  NeInt32: number;
  SubInt32: number;
  getExpressionInfo(ref: Ref): ExpressionInfo;
  none: number;
  setPassArgument(name: string, value: string): void;
  getElementSegmentInfo(ref: Ref): { name: string; table: string; offset: Ref; data: string[] };
  getFunctionInfo(ref: Ref): {
    name: string;
    module: string;
    base: string;
    params: number;
    results: number;
    body: Ref;
  };
  getGlobalInfo(ref: Ref): GlobalInfo;
  getExportInfo(ref: Ref): { kind: number; name: string; value: string };
  setOptimizeLevel(level: number): void;
  setShrinkLevel(level: number): void;
  setAlwaysInlineMaxSize(size: number): void;
  setFlexibleInlineMaxSize(size: number): void;
  setOneCallerInlineMaxSize(size: number): void;
  setFastMath(on: boolean): void;
  setZeroFilledMemory(on: boolean): void;
  getLowMemoryUnused(): boolean;
  Expression: { getId(ref: Ref): number };
  Call: {
    setTarget(ref: Ref, name: string): void;
    setOperandAt(ref: Ref, index: number, operand: Ref): void;
  };
  Const: { setValueI64(ref: Ref, value: bigint): void };
  GlobalGet: { setName(ref: Ref, name: string): void };
  GlobalSet: { setValue(ref: Ref, value: Ref): void };
  LocalSet: { setValue(ref: Ref, value: Ref): void };
  Store: { setValue(ref: Ref, value: Ref): void };
  If: { setCondition(ref: Ref, condition: Ref): void; setIfTrue(ref: Ref, ifTrue: Ref): void };
  Switch: {
    setCondition(ref: Ref, condition: Ref): void;
    setNameAt(ref: Ref, index: number, name: string): void;
    setDefaultName(ref: Ref, name: string): void;
  };
}
export interface GlobalInfo {
  name: string;
  module: string;
  base: string;
  type: number;
  mutable: boolean;
  init: Ref;
}
export interface ExpressionInfo {
  id: number;
  // oxlint-disable-next-line no-explicit-any -- its fields depend on the kind of node
  [field: string]: any;
}
export interface Segment {
  at: number;
  data: Uint8Array;
}

interface Constants<T> {
  const(value: T): Ref;
}
export interface Module {
  i32: Constants<number> & {
    add(left: Ref, right: Ref): Ref;
    sub(left: Ref, right: Ref): Ref;
    shl(left: Ref, right: Ref): Ref;
    load(offset: number, align: number, ptr: Ref, memory: string): Ref;
    store(offset: number, align: number, ptr: Ref, value: Ref, memory: string): Ref;
  };
  i64: Constants<bigint> & { extend_s(value: Ref): Ref; extend_u(value: Ref): Ref };
  f32: Constants<number>;
  f64: Constants<number>;
  emitBinary(): Uint8Array<ArrayBuffer>;
  optimize(): void;
  runPasses(passes: string[]): void;
  nop(): Ref;
  getNumElementSegments(): number;
  getElementSegmentByIndex(index: number): Ref;
  removeElementSegment(name: string): void;
  addActiveElementSegment(table: string, name: string, functions: readonly string[], offset: Ref): Ref;
  validate(): number;
  if(condition: Ref, ifTrue: Ref): Ref;
  return(value: Ref): Ref;
  global: { get(name: string, type: number): Ref };
  local: { get(index: number, type: number): Ref };
  call(name: string, operands: Ref[], type: number): Ref;
  addFunction(name: string, params: number, results: number, locals: number[], body: Ref): Ref;
  removeFunction(name: string): void;
  getNumFunctions(): number;
  getFunctionByIndex(index: number): Ref;
  getNumGlobals(): number;
  getGlobalByIndex(index: number): Ref;
  removeGlobal(name: string): void;
  addGlobalImport(name: string, from: string, base: string, type: number, mutable: boolean): void;
  addGlobal(name: string, type: number, mutable: boolean, init: Ref): Ref;
  addFunctionExport(internal: string, external: string): Ref;
  addGlobalExport(internal: string, external: string): Ref;
  getNumExports(): number;
  getExportByIndex(index: number): Ref;
  removeExport(name: string): void;
  getNumDataSegments(): number;
  getDataSegmentByIndex(index: number): Ref;
  getDataSegmentInfo(ref: Ref): { offset: number | Ref; data: ArrayBuffer };
  getMemoryInfo(name: string): { initial: number; max?: number };
  setMemory(
    initial: number,
    maximum: number,
    exportName: string,
    segments: object[],
    shared: boolean,
    memory64: boolean,
    name: string,
  ): void;
}

const MEMORY = "0";

export function globalsOf(binaryen: Binaryen, module: Module): GlobalInfo[] {
  return Array.from({ length: module.getNumGlobals() }, (_, i) =>
    binaryen.getGlobalInfo(module.getGlobalByIndex(i)),
  );
}
export function functionsOf(binaryen: Binaryen, module: Module) {
  return Array.from({ length: module.getNumFunctions() }, (_, i) =>
    binaryen.getFunctionInfo(module.getFunctionByIndex(i)),
  );
}
export function exportsOf(binaryen: Binaryen, module: Module) {
  return Array.from({ length: module.getNumExports() }, (_, i) =>
    binaryen.getExportInfo(module.getExportByIndex(i)),
  );
}
/** The data segments, which asc makes one for each static object. */
export function segmentsOf(binaryen: Binaryen, module: Module): Segment[] {
  return Array.from({ length: module.getNumDataSegments() }, (_, i) => {
    const { offset, data } = module.getDataSegmentInfo(module.getDataSegmentByIndex(i));
    return {
      at: typeof offset === "number" ? offset : binaryen.getExpressionInfo(offset)["value"],
      data: new Uint8Array(data),
    };
  });
}
export function pagesOf(module: Module): number {
  return module.getMemoryInfo(MEMORY).initial;
}
/** Gives the memory new contents. */
export function setSegments(module: Module, pages: number, segments: Segment[]): void {
  module.removeExport("memory");
  const list = segments.map((segment, i) => ({
    name: `${i}`,
    offset: module.i32.const(segment.at),
    data: segment.data,
    passive: false,
  }));
  const { max = -1 } = module.getMemoryInfo(MEMORY);
  module.setMemory(pages, max, "memory", list, false, false, MEMORY);
}
