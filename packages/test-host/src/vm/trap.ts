import { originalPositionFor, TraceMap } from "@jridgewell/trace-mapping";
import { existsSync, readFileSync } from "node:fs";

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

/** The guest trapped. The VM runs no code any more, and every stream in it is lost. */
export class GuestTrap extends Error {
  override readonly name = "GuestTrap";
  /** The export the host had called. */
  readonly entry: string;
  readonly frames: readonly GuestFrame[];

  /** As a gateway logs it: `Function: proxy_on_tick failed: Uncaught RuntimeError: unreachable`. */
  constructor(entry: string, cause: unknown, frames: readonly GuestFrame[]) {
    const what = cause instanceof Error ? `${cause.name}: ${cause.message}` : String(cause);
    super(`Function: ${entry} failed: Uncaught ${what}${formatFrames(frames)}`, { cause });
    this.entry = entry;
    this.frames = frames;
  }
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
  #map: TraceMap | undefined | null = null;

  /** @param path of the `.wasm` file; `<path>.map` is read when the first trap happens. */
  constructor(path: string | undefined) {
    this.#path = path;
  }

  #load(): TraceMap | undefined {
    if (this.#map !== null) return this.#map;
    const file = `${this.#path}.map`;
    this.#map = undefined;
    if (this.#path !== undefined && existsSync(file)) {
      try {
        this.#map = new TraceMap(readFileSync(file, "utf8"));
      } catch {
        // A damaged map costs the positions, not the trap's report.
      }
    }
    return this.#map;
  }

  frames(error: unknown): GuestFrame[] {
    const stack = error instanceof Error ? (error.stack ?? "") : "";
    const frames: GuestFrame[] = [];
    for (const match of stack.matchAll(
      /at (?:(\S+) \()?wasm:\/\/\S+?(wasm-function\[\d+\]):0x([0-9a-f]+)/g,
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
