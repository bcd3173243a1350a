import type { Command, CommandContext } from "./command.ts";
import { connectionCommands } from "./commands/connection.ts";
import { hashCommands } from "./commands/hashes.ts";
import { keyCommands } from "./commands/keys.ts";
import { listCommands } from "./commands/lists.ts";
import { scriptCommands } from "./commands/scripts.ts";
import { setCommands } from "./commands/sets.ts";
import { sortedSetCommands } from "./commands/sorted-sets.ts";
import { stringCommands } from "./commands/strings.ts";
import { CommandError, type Reply } from "./reply.ts";

const COMMANDS: ReadonlyMap<string, Command> = new Map(
  [
    connectionCommands,
    keyCommands,
    stringCommands,
    listCommands,
    hashCommands,
    setCommands,
    sortedSetCommands,
    scriptCommands,
  ]
    .flat()
    .map((command) => [command.name, command]),
);

/** How many bytes of the arguments an error about an unknown command shows. */
const SHOWN_ARGUMENT_BYTES = 128;

/** Checks and runs a command. Refusals are error replies; a promise only while a script waits for the Lua engine. */
export function dispatch(args: string[], context: CommandContext): Reply | Promise<Reply> {
  try {
    const [name = "", ...rest] = args;
    const command = COMMANDS.get(name.toUpperCase());
    if (command === undefined) return { error: unknownCommand(name, rest) };
    if (command.arity >= 0 ? args.length !== command.arity : args.length < -command.arity) {
      return { error: `ERR wrong number of arguments for '${command.name.toLowerCase()}' command` };
    }
    if (!context.session.authenticated && command.noAuth !== true) {
      return { error: "NOAUTH Authentication required." };
    }
    const reply = command.run(rest, context);
    return reply instanceof Promise ? reply.catch(refusal) : reply;
  } catch (error) {
    return refusal(error);
  }
}

/** Why a script may not run this command; undefined when it may. */
export function scriptRefusal(args: string[]): string | undefined {
  const [name = ""] = args;
  const command = COMMANDS.get(name.toUpperCase());
  if (command === undefined) return "ERR Unknown Redis command called from script";
  if (command.arity >= 0 ? args.length !== command.arity : args.length < -command.arity) {
    return "ERR Wrong number of args calling Redis command from script";
  }
  return command.noScript === true ? "ERR This Redis command is not allowed from script" : undefined;
}

function refusal(error: unknown): Reply {
  if (error instanceof CommandError) return { error: error.message };
  throw error;
}

function unknownCommand(name: string, args: string[]): string {
  let shown = "";
  for (const arg of args) {
    if (shown.length >= SHOWN_ARGUMENT_BYTES) break;
    shown += `'${arg.slice(0, SHOWN_ARGUMENT_BYTES - shown.length)}' `;
  }
  return `ERR unknown command '${name.slice(0, SHOWN_ARGUMENT_BYTES)}', with args beginning with: ${shown}`;
}
