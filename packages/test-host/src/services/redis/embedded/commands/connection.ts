import { DATABASE_COUNT, type Command, type CommandContext } from "../command.ts";
import { parseInteger } from "../numbers.ts";
import { CommandError, OK, SYNTAX_ERROR, type Reply } from "../reply.ts";

const WRONG_PASSWORD = "WRONGPASS invalid username-password pair or user is disabled.";
const NO_PASSWORD =
  "ERR AUTH <password> called without any password configured for the default user. Are you sure your configuration is correct?";

export const connectionCommands: Command[] = [
  {
    name: "PING",
    arity: -1,
    run([message, ...rest]) {
      if (rest.length > 0) throw new CommandError("ERR wrong number of arguments for 'ping' command");
      return message ?? { status: "PONG" };
    },
  },
  { name: "ECHO", arity: 2, run: ([message = ""]) => message },
  { name: "AUTH", arity: -2, noScript: true, noAuth: true, run: authenticate },
  { name: "SELECT", arity: 2, run: select },
  { name: "HELLO", arity: -1, noScript: true, noAuth: true, run: hello },
  {
    name: "QUIT",
    arity: -1,
    noScript: true,
    noAuth: true,
    run(_args, { session }) {
      session.closing = true;
      return OK;
    },
  },
  { name: "CLIENT", arity: -2, noScript: true, run: client },
  { name: "COMMAND", arity: -1, run: () => [] },
];

function authenticate(args: string[], { server, session }: CommandContext): Reply {
  if (args.length > 2) throw new CommandError(SYNTAX_ERROR);
  const [user, password] = args.length === 2 ? args : ["default", args[0]];
  const expected = server.users.get(user ?? "");
  if (args.length === 1 && expected === null) throw new CommandError(NO_PASSWORD);
  if (expected === undefined || (expected !== null && expected !== password))
    throw new CommandError(WRONG_PASSWORD);
  session.authenticated = true;
  return OK;
}

function select([index = ""]: string[], { session }: CommandContext): Reply {
  const database = parseInteger(index);
  if (database < 0n || database >= DATABASE_COUNT) throw new CommandError("ERR DB index is out of range");
  session.database = Number(database);
  return OK;
}

/** RESP2 is all there is: `HELLO 3` is refused, so that clients fall back. */
function hello([version, ...options]: string[], { session }: CommandContext): Reply {
  if (version !== undefined) {
    const wanted = parseInteger(version, "ERR Protocol version is not an integer or out of range");
    if (wanted !== 2n) throw new CommandError("NOPROTO unsupported protocol version");
  }
  if (options.length > 0) {
    throw new CommandError(`ERR Syntax error in HELLO option '${options[0]}'`);
  }
  if (!session.authenticated) {
    throw new CommandError(
      "NOAUTH HELLO must be called with the client already authenticated, otherwise the HELLO <proto> AUTH <user> <pass> option can be used to authenticate the client and select the RESP protocol version at the same time",
    );
  }
  const facts: [string, Reply][] = [
    ["server", "redis"],
    ["version", "7.0.15"],
    ["proto", 2n],
    ["id", 1n],
    ["mode", "standalone"],
    ["role", "master"],
    ["modules", []],
  ];
  return facts.flat();
}

function client([subcommand = "", ...args]: string[], { session }: CommandContext): Reply {
  switch (subcommand.toUpperCase()) {
    case "SETNAME":
      if (args.length !== 1)
        throw new CommandError("ERR wrong number of arguments for 'client|setname' command");
      session.name = args[0] ?? "";
      return OK;
    case "GETNAME":
      return session.name === "" ? null : session.name;
    case "SETINFO":
      return OK;
    default:
      throw new CommandError(`ERR unknown subcommand '${subcommand}'. Try CLIENT HELP.`);
  }
}
