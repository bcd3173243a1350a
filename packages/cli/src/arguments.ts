import { parseArgs } from "node:util";
import { UsageError, type Arguments, type Command } from "./command.ts";
import { nearest } from "./nearest.ts";

/** Parses what stands behind the command's name. `help` is a flag of every command. */
export function parseArguments(command: Command, args: string[]): Arguments {
  const options = { ...command.options, help: { type: "boolean", short: "h" } } as const;
  const parsed = (() => {
    try {
      return parseArgs({ args, options, allowPositionals: true, strict: true });
    } catch (error) {
      throw new UsageError(
        `${explain(error as Error, Object.keys(options))}\nSee: gateway ${command.name} --help`,
      );
    }
  })();
  const given = parsed.values as Record<string, string | boolean | (string | boolean)[] | undefined>;
  const list = (flag: string): string[] => {
    const value = given[flag];
    return value === undefined ? [] : [value].flat().map(String);
  };
  return {
    positionals: parsed.positionals,
    value: (flag) => list(flag).at(-1),
    values: list,
    on: (flag) => given[flag] === true,
  };
}

function explain(error: Error, flags: string[]): string {
  const unknown = /^Unknown option '--?([^']*)'/.exec(error.message)?.[1];
  if (unknown === undefined) return error.message;
  const near = nearest(unknown, flags);
  return `There is no flag --${unknown}.${near === undefined ? "" : ` Did you mean --${near}?`}`;
}
