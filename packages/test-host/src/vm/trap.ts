import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { existsSync, readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { RestrictedCall } from "./host-function.ts";
import { GuestHung } from "./watchdog.ts";

/** One wasm frame of a trap, innermost first. */
export interface GuestFrame {
  /** From the name section; `wasm-function[12]` without one. */
  function: string;
  /** Byte offset in the module. */
  offset: number;
  /** From the source map, when there is one. */
  file?: string;
  line?: number;
  column?: number;
}

/** Whether an error that came out of a guest is the guest's own doing, and not a defect of the host. */
export function isGuestFailure(error: unknown): boolean {
  const { constructor } = Object(error) as object;
  return (
    error instanceof WebAssembly.RuntimeError ||
    error instanceof RestrictedCall ||
    error instanceof GuestHung ||
    error instanceof RangeError ||
    // Thrown by a guest with the exceptions proposal, which TypeScript's library does not know.
    constructor === (WebAssembly as { Exception?: unknown }).Exception
  );
}

/** The guest trapped, or was ended by the watchdog. The VM runs no code any more, and every stream in it is lost. */
export class GuestTrap extends Error {
  override readonly name = "GuestTrap";
  /** The export the host had called. */
  readonly entry: string;
  readonly frames: readonly GuestFrame[];
  /** Code of the fault that it is. */
  readonly code: "trap" | "guest-hung";

  /** As a gateway logs it: `Function: proxy_on_tick failed: Uncaught RuntimeError: unreachable`. */
  constructor(entry: string, cause: unknown, frames: readonly GuestFrame[]) {
    super(`Function: ${entry} ${describe(cause)}${formatFrames(frames)}`, { cause });
    this.entry = entry;
    this.frames = frames;
    this.code = cause instanceof GuestHung ? "guest-hung" : "trap";
  }
}

function describe(cause: unknown): string {
  if (cause instanceof GuestHung) {
    return `${cause.message}: on a gateway the worker thread, with all its connections, hangs for good`;
  }
  const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : "wasm exception";
  return `failed: Uncaught ${what}`;
}

function formatFrames(frames: readonly GuestFrame[]): string {
  if (frames.length === 0) return "";
  const lines = frames.map((frame) => {
    const where = frame.file
      ? `${frame.file}:${frame.line}:${frame.column}`
      : `0x${frame.offset.toString(16)}`;
    return `\n  at ${frame.function} (${where})`;
  });
  return `\nProxy-Wasm plugin in-VM backtrace:${lines.join("")}`;
}

/** Translates positions of a module into its sources; asc maps byte offsets to columns of line 1. */
export class SourcePositions {
  readonly #path: string | undefined;
  readonly #url: string | undefined;
  #map: TraceMap | undefined | null = null;

  /**
   * @param path of the `.wasm` file. The map is read when the first trap happens: the file that the module names in its
   *   section `sourceMappingURL`, relative to `path`, or else `<path>.map`
   */
  constructor(path: string | undefined, module: WebAssembly.Module) {
    this.#path = path;
    const [section] = WebAssembly.Module.customSections(module, "sourceMappingURL");
    // A name is length and bytes; a length of more than 127 takes two bytes.
    const bytes = new Uint8Array(section ?? new ArrayBuffer(0));
    this.#url = section && new TextDecoder().decode(bytes.subarray((bytes[0] ?? 0) < 128 ? 1 : 2));
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
      const name = (match[1] ?? match[2] ?? "").replace(/^[0-9a-f]{6,}\./, "");
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
