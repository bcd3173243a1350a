import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { readableRustPath } from "./rust-names.ts";
import type { GuestFrame } from "./trap.ts";

/** Translates positions of a module into its sources; asc maps byte offsets to columns of line 1. */
export class SourcePositions {
  readonly #path: string | undefined;
  readonly #url: string | undefined;
  readonly #prefix: string;
  #map: TraceMap | undefined | null = null;

  /**
   * @param path of the `.wasm` file. The map is read when the first trap happens: the file that the module names in its
   *   section `sourceMappingURL`, relative to `path`, or else `<path>.map`
   */
  constructor(path: string | undefined, module: WebAssembly.Module) {
    this.#path = path;
    const [url] = WebAssembly.Module.customSections(module, "sourceMappingURL");
    this.#url = url && readName(new Uint8Array(url));
    this.#prefix = `${moduleName(module) ?? ""}.`;
  }

  /** V8 puts the module's name, or a number of its own, in front. */
  #nameOf(printed: string): string {
    const name = printed.startsWith(this.#prefix)
      ? printed.slice(this.#prefix.length)
      : printed.replace(/^[0-9a-f]{6,}\./, "");
    return readableRustPath(name);
  }

  #load(): TraceMap | undefined {
    if (this.#map !== null) return this.#map;
    this.#map = undefined;
    if (this.#path === undefined) return undefined;
    const named = this.#url === undefined ? [] : [resolve(dirname(this.#path), this.#url)];
    const file = [...named, `${this.#path}.map`].find((candidate) => existsSync(candidate));
    try {
      if (file !== undefined) this.#map = new TraceMap(readFileSync(file, "utf8"));
    } catch {
      // A damaged map costs the positions, not the trap's report.
    }
    return this.#map;
  }

  frames(error: unknown): GuestFrame[] {
    const stack = error instanceof Error ? (error.stack ?? "") : "";
    const frames: GuestFrame[] = [];
    for (const match of stack.matchAll(
      /^\s+at (?:(.+) \()?wasm:\/\/\S+?(wasm-function\[\d+\]):0x([0-9a-f]+)/gm,
    )) {
      const offset = Number.parseInt(match[3] ?? "0", 16);
      const name = this.#nameOf(match[1] ?? match[2] ?? "");
      const map = this.#load();
      const at = map && originalPositionFor(map, { line: 1, column: offset });
      frames.push(
        at?.source
          ? { function: name, offset, file: at.source, line: at.line, column: at.column + 1 }
          : { function: name, offset },
      );
    }
    return frames;
  }
}

/** A length of more than 127 takes two bytes. */
function readName(bytes: Uint8Array): string {
  const [first = 0, second = 0] = bytes;
  const start = first < 128 ? 1 : 2;
  const length = first < 128 ? first : (first & 127) + second * 128;
  return new TextDecoder().decode(bytes.subarray(start, start + length));
}

/** Subsection 0 of the section `name`. Source: WebAssembly core specification, appendix "Name Section". */
function moduleName(module: WebAssembly.Module): string | undefined {
  const [section] = WebAssembly.Module.customSections(module, "name");
  const bytes = new Uint8Array(section ?? new ArrayBuffer(0));
  if (bytes[0] !== 0) return undefined;
  return readName(bytes.subarray((bytes[1] ?? 0) < 128 ? 2 : 3));
}
