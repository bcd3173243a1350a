import { readFileSync } from "node:fs";
import { join } from "node:path";

/** What one request of a plugin, or its file, may cost at most. A figure over its budget fails the tests. */
export interface Budget {
  bytes: number;
  gzipBytes: number;
  /**
   * Bytes of machine code that V8 makes of the module when a gateway loads it, on x64 and without inlining: what the load takes.
   * The CPU time for each 1,000 is about 0.35 ms.
   */
  machineCode: number;
  /** Host functions that it asks of a gateway. */
  imports: number;
  /** Calls of the gateway into the plugin, for one request. */
  entries: number;
  /** Calls of the plugin into the gateway, for one request. */
  hostCalls: number;
  /** Results for which the gateway asks the plugin for memory, for one request. */
  hostWrites: number;
  /** Objects that a plugin makes for one request: work for its garbage collector. */
  objects: number;
  /** Linear memory in pages of 64 KiB, however many requests there have been, 50 at once, and whichever garbage collector. */
  pages: number;
  /** CPU instructions of a request, the JavaScript driver's own among them; measured where valgrind exists. */
  instructions?: number;
}

/** @param root of the repository */
export function readBudgets(root: string): Record<string, Budget> {
  return JSON.parse(readFileSync(join(root, "scripts/budgets/budgets.json"), "utf8")) as Record<
    string,
    Budget
  >;
}

/** The figures over their budgets, a line each: `bytes: 330, budget 320`. */
export function overBudget(figures: Partial<Budget>, budget: Budget): string[] {
  return (Object.keys(figures) as (keyof Budget)[]).flatMap((name) => {
    const [figure, most] = [figures[name], budget[name]];
    return figure !== undefined && most !== undefined && figure > most
      ? [`${name}: ${figure}, budget ${most}`]
      : [];
  });
}
