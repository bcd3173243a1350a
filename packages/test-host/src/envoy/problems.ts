/** One thing in an Envoy configuration that this host cannot run as it stands. */
export interface Problem {
  /** 1 for the first line. */
  line: number;
  /** JSON path from the root of the document, e.g. `static_resources.listeners[0].name`. */
  path: string;
  /** What is wrong and what to do about it. */
  message: string;
}

/** A configuration that was refused, with everything that is wrong in it. */
export class EnvoyConfigError extends Error {
  override readonly name = "EnvoyConfigError";
  readonly code = "envoy-configuration";
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
