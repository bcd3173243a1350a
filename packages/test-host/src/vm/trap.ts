import { RestrictedCall } from "./host-function.ts";
import { GuestHung } from "./watchdog.ts";

/** One wasm frame of a trap, innermost first. */
export interface GuestFrame {
  /** From the name section, Rust's mangled paths made readable; `wasm-function[12]` without one. */
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
    (error instanceof RangeError && error.message.includes("call stack")) ||
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
