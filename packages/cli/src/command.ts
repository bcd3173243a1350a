import type { ParseArgsConfig } from "node:util";
import type { CommandErrorCode } from "@gateway-plugins/test-host/live";

type Options = NonNullable<ParseArgsConfig["options"]>;

/** What the user gave to a command. */
export interface Arguments {
  positionals: string[];
  /** Value of a flag that takes one; the last one when it was given twice. */
  value(flag: string): string | undefined;
  /** Values of a repeatable flag, in order. */
  values(flag: string): string[];
  on(flag: string): boolean;
}

export interface Command {
  name: string;
  /** One line for `gateway help`. */
  summary: string;
  /** The whole text of `gateway <name> --help`. */
  help: string;
  options: Options;
  /** @returns the exit code: 0 done, 1 the work failed. A wrong call throws `UsageError` and becomes 2. */
  run(given: Arguments): Promise<number>;
}

/** A wrong call: unknown command, flag or value. Printed without a stack; exit code 2. */
export class UsageError extends Error {
  override readonly name = "UsageError";
  readonly code = "usage";
}

/** Something that went wrong for a reason the user can mend. Printed without a stack; exit code 1. */
export class Failure extends Error {
  override readonly name = "Failure";
  readonly code: CommandErrorCode;

  constructor(code: CommandErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}
