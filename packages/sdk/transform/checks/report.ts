import type { Range } from "../compiler.ts";

/** Takes what a check has found. */
export interface Report {
  error(range: Range, text: string): void;
  warning(range: Range, text: string): void;
}
