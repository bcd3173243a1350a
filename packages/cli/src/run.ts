import { readFileSync } from "node:fs";
import { parseArguments } from "./arguments.ts";
import { UsageError, type Command } from "./command.ts";
import { build } from "./commands/build.ts";
import { check } from "./commands/check.ts";
import { dev } from "./commands/dev.ts";
import { describeError } from "./describe-error.ts";
import { nearest } from "./nearest.ts";
import { print, printError } from "./terminal.ts";

const COMMANDS: readonly Command[] = [dev, build, check];

/**
 * Runs one call of `gateway`.
 *
 * @returns the exit code: 0 done, 1 the work failed, 2 a wrong call
 */
export async function run(args: string[]): Promise<number> {
  try {
    return await dispatch(args);
  } catch (error) {
    printError(describeError(error));
    return error instanceof UsageError ? 2 : 1;
  }
}

async function dispatch([name, ...rest]: string[]): Promise<number> {
  if (name === "--version" || name === "-v") {
    print(version());
    return 0;
  }
  if (name === undefined || name === "--help" || name === "-h" || (name === "help" && rest.length === 0)) {
    print(overview());
    return 0;
  }
  if (name === "help") return help(rest[0]!);
  const command = find(name);
  const given = parseArguments(command, rest);
  if (given.on("help")) return help(name);
  return command.run(given);
}

function help(name: string): number {
  print(find(name).help);
  return 0;
}

function find(name: string): Command {
  const command = COMMANDS.find((one) => one.name === name);
  if (command !== undefined) return command;
  const names = COMMANDS.map((one) => one.name);
  const near = nearest(name, [...names, "help"]);
  const guess =
    near === undefined ? `The commands are ${names.join(", ")}.` : `Did you mean gateway ${near}?`;
  throw new UsageError(`There is no command ${JSON.stringify(name)}. ${guess}\nSee: gateway help`);
}

function overview(): string {
  const lines = COMMANDS.map((command) => `  ${command.name.padEnd(8)}${command.summary}`);
  return [
    "Usage: gateway <command> [arguments]",
    "",
    ...lines,
    "  help    explains a command: gateway help dev",
    "",
    "gateway --version prints the version. Exit codes: 0 done, 1 failed, 2 wrong call.",
  ].join("\n");
}

function version(): string {
  const manifest = readFileSync(new URL("../package.json", import.meta.url), "utf8");
  return (JSON.parse(manifest) as { version: string }).version;
}
