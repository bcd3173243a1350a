import { Script } from "node:vm";

/** The guest had not returned when the limit was over. It is off the stack; its VM cannot be used any more. */
export class GuestHung extends Error {
  readonly limitMs: number;

  constructor(limitMs: number) {
    super(`did not return within ${limitMs} ms`);
    this.limitMs = limitMs;
  }
}

const SLOT = Symbol.for("@gateway-plugins/test-host: what the watchdog runs");
const script = new Script(`globalThis[Symbol.for(${JSON.stringify(Symbol.keyFor(SLOT))})]()`);
const slots = globalThis as unknown as Record<symbol, () => unknown>;
let isArmed = false;
/** For a trap's stack: other languages' panics pass a dozen functions before they trap. */
const STACK_FRAMES = 50;

/**
 * Runs `call`, a call into a guest, and ends it, loops in WebAssembly included, after `limitMs` milliseconds; 0 is no limit.
 * `node:vm` is the one door in Node through which running code can be stopped from outside. It starts a thread a time,
 * about 0.1 ms, so only the outermost call is guarded.
 *
 * @throws GuestHung
 */
export function runWatched<T>(limitMs: number, call: () => T): T {
  const outer = Error.stackTraceLimit;
  Error.stackTraceLimit = STACK_FRAMES;
  try {
    return limitMs === 0 || isArmed ? call() : runArmed(limitMs, call);
  } finally {
    Error.stackTraceLimit = outer;
  }
}

function runArmed<T>(limitMs: number, call: () => T): T {
  isArmed = true;
  slots[SLOT] = call;
  try {
    return script.runInThisContext({ timeout: limitMs, displayErrors: false }) as T;
  } catch (error) {
    if ((error as { code?: unknown } | null)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT")
      throw new GuestHung(limitMs);
    throw error;
  } finally {
    isArmed = false;
  }
}
