import type { LiveErrorCode } from "../gateway/error-codes.ts";

/** One thing in a configuration that this host cannot run as it stands. */
export interface Problem {
  /** 1 for the first line. */
  line: number;
  /** JSON path from the root of the document, e.g. `static_resources.listeners[0].name`. */
  path: string;
  /** What is wrong and what to do about it. */
  message: string;
}

/** A file that was refused, with everything that is wrong in it. */
export abstract class ConfigError extends Error {
  abstract readonly code: LiveErrorCode;
  readonly file: string;
  /** In the order of the file; never empty. */
  readonly problems: readonly Problem[];

  constructor(file: string, problems: readonly Problem[]) {
    const sorted = [...problems].sort((a, b) => a.line - b.line);
    super(sorted.map((problem) => `${file}:${problem.line}: ${problem.path}: ${problem.message}`).join("\n"));
    this.file = file;
    this.problems = sorted;
  }
}

/** An Envoy configuration that was refused. */
export class EnvoyConfigError extends ConfigError {
  override readonly name = "EnvoyConfigError";
  readonly code = "envoy-configuration";
}
