/**
 * Reads from a wasm binary what the WebAssembly JavaScript API does not tell: the signatures of imports and exports,
 * the limits of memories, and whether there is a start section. Source: WebAssembly core specification, binary format,
 * sections 1, 2, 3, 5, 7, 8.
 */
export type ExternalKind = "func" | "table" | "memory" | "global" | "tag";

export interface ModuleImport {
  module: string;
  name: string;
  kind: ExternalKind;
  /** Functions only, e.g. `i32 i32 -> i32`. */
  signature?: string;
  /** Memories (pages of 64 KiB) and tables only. */
  minimum?: number;
  /** Absent: no limit of its own. */
  maximum?: number;
}

export interface ModuleExport {
  name: string;
  kind: ExternalKind;
  signature?: string;
}

export interface ModuleInterface {
  imports: ModuleImport[];
  /** In export-section order: the first ABI marker wins. */
  exports: ModuleExport[];
  hasStartSection: boolean;
  /** Of the memory that the module defines itself, in pages of 64 KiB; 0 without one. */
  memoryPages: number;
}

const KINDS: readonly ExternalKind[] = ["func", "table", "memory", "global", "tag"];
const VALUE_TYPES: Record<number, string> = {
  0x7f: "i32",
  0x7e: "i64",
  0x7d: "f32",
  0x7c: "f64",
  0x7b: "v128",
  0x70: "funcref",
  0x6f: "externref",
};

/** `i32 i32 -> i32`; no parameters or no result is `void`, as gateways print it. */
export function formatSignature(parameters: readonly string[], results: readonly string[]): string {
  const side = (types: readonly string[]) => (types.length === 0 ? "void" : types.join(" "));
  return `${side(parameters)} -> ${side(results)}`;
}

class Reader {
  readonly #bytes: Uint8Array;
  offset: number;

  constructor(bytes: Uint8Array, offset = 0) {
    this.#bytes = bytes;
    this.offset = offset;
  }

  get done(): boolean {
    return this.offset >= this.#bytes.length;
  }

  byte(): number {
    const value = this.#bytes[this.offset++];
    if (value === undefined) throw new RangeError("the module ends in the middle of a section");
    return value;
  }

  u32(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  }

  name(): string {
    const length = this.u32();
    const text = new TextDecoder().decode(this.#bytes.subarray(this.offset, this.offset + length));
    this.offset += length;
    return text;
  }

  vector<T>(item: () => T): T[] {
    return Array.from({ length: this.u32() }, item);
  }

  valueType(): string {
    const code = this.byte();
    return VALUE_TYPES[code] ?? `type 0x${code.toString(16)}`;
  }

  limits(): { minimum: number; maximum?: number } {
    const flags = this.byte();
    const minimum = this.u32();
    return flags & 1 ? { minimum, maximum: this.u32() } : { minimum };
  }
}

/** `bytes` must be a valid module: compile it first. */
export function readModuleInterface(bytes: Uint8Array): ModuleInterface {
  const reader = new Reader(bytes, 8);
  const result: ModuleInterface = { imports: [], exports: [], hasStartSection: false, memoryPages: 0 };
  let types: string[] = [];
  const functions: string[] = [];

  while (!reader.done) {
    const id = reader.byte();
    const end = reader.u32() + reader.offset;
    if (id === 1) types = readTypes(reader, end);
    if (id === 2) {
      result.imports = reader.vector(() => readImport(reader, types));
      for (const entry of result.imports) if (entry.kind === "func") functions.push(entry.signature ?? "");
    }
    if (id === 3) functions.push(...reader.vector(() => types[reader.u32()] ?? ""));
    if (id === 5) result.memoryPages = reader.vector(() => reader.limits())[0]?.minimum ?? 0;
    if (id === 7) {
      result.exports = reader.vector(() => {
        const name = reader.name();
        const kind = KINDS[reader.byte()] ?? "func";
        const index = reader.u32();
        return kind === "func" ? { name, kind, signature: functions[index] ?? "" } : { name, kind };
      });
    }
    if (id === 8) result.hasStartSection = true;
    reader.offset = end;
  }
  return result;
}

/** Stops at a type that is not a plain function (garbage-collected types): no host function can have it. */
function readTypes(reader: Reader, end: number): string[] {
  const types: string[] = [];
  let count = reader.u32();
  while (count-- > 0 && reader.offset < end) {
    if (reader.byte() !== 0x60) break;
    const parameters = reader.vector(() => reader.valueType());
    types.push(
      formatSignature(
        parameters,
        reader.vector(() => reader.valueType()),
      ),
    );
  }
  return types;
}

function readImport(reader: Reader, types: readonly string[]): ModuleImport {
  const module = reader.name();
  const name = reader.name();
  const kind = KINDS[reader.byte()] ?? "func";
  if (kind === "func") return { module, name, kind, signature: types[reader.u32()] ?? "" };
  if (kind === "table") reader.byte();
  if (kind === "table" || kind === "memory") return { module, name, kind, ...reader.limits() };
  if (kind === "global") {
    reader.byte();
    reader.byte();
  } else {
    reader.byte();
    reader.u32();
  }
  return { module, name, kind };
}
