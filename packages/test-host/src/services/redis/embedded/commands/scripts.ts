import type { Command, CommandContext } from "../command.ts";
import { parseInteger } from "../numbers.ts";
import { CommandError, OK, type Reply } from "../reply.ts";

export const scriptCommands: Command[] = [
  { name: "EVAL", arity: -3, noScript: true, run: evaluate },
  { name: "EVALSHA", arity: -3, noScript: true, run: evaluateKept },
  { name: "SCRIPT", arity: -2, noScript: true, run: script },
];

function evaluate([source = "", ...rest]: string[], context: CommandContext): Reply | Promise<Reply> {
  const { keys, args } = readKeys(rest);
  return context.server.scripts.evaluate(source, keys, args, context);
}

function evaluateKept([name = "", ...rest]: string[], context: CommandContext): Reply | Promise<Reply> {
  const { keys, args } = readKeys(rest);
  const digest = name.toLowerCase();
  if (!context.server.scripts.has(digest))
    throw new CommandError("NOSCRIPT No matching script. Please use EVAL.");
  return context.server.scripts.run(digest, keys, args, context);
}

function readKeys([countText = "", ...words]: string[]): { keys: string[]; args: string[] } {
  const count = parseInteger(countText);
  if (count > BigInt(words.length))
    throw new CommandError("ERR Number of keys can't be greater than number of args");
  if (count < 0n) throw new CommandError("ERR Number of keys can't be negative");
  return { keys: words.slice(0, Number(count)), args: words.slice(Number(count)) };
}

function script([subcommand = "", ...args]: string[], { server }: CommandContext): Reply | Promise<Reply> {
  switch (subcommand.toUpperCase()) {
    case "LOAD":
      if (args.length !== 1)
        throw new CommandError("ERR wrong number of arguments for 'script|load' command");
      return server.scripts.load(args[0] ?? "");
    case "EXISTS":
      if (args.length === 0)
        throw new CommandError("ERR wrong number of arguments for 'script|exists' command");
      return args.map((digest) => (server.scripts.has(digest.toLowerCase()) ? 1n : 0n));
    case "FLUSH":
      if (args.length > 1 || !["SYNC", "ASYNC", undefined].includes(args[0]?.toUpperCase())) {
        throw new CommandError("ERR SCRIPT FLUSH only support SYNC|ASYNC option");
      }
      server.scripts.clear();
      return OK;
    default:
      throw new CommandError(`ERR unknown subcommand '${subcommand}'. Try SCRIPT HELP.`);
  }
}
