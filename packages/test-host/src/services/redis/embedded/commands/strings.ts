import type { Command, CommandContext } from "../command.ts";
import { addFloats, fits, parseFloatArgument, parseInteger } from "../numbers.ts";
import { CommandError, OK, type Reply } from "../reply.ts";
import { expiryInstant } from "./expiry-time.ts";
import { set } from "./set-command.ts";

export const stringCommands: Command[] = [
  { name: "GET", arity: 2, run: ([key = ""], { db }) => db.get(key, "string") ?? null },
  { name: "SET", arity: -3, run: set },
  {
    name: "SETNX",
    arity: 3,
    run([key = "", value = ""], { db }) {
      if (db.has(key)) return 0n;
      db.set(key, "string", value);
      return 1n;
    },
  },
  { name: "SETEX", arity: 4, run: (args, context) => setWithExpiry("setex", "EX", args, context) },
  { name: "PSETEX", arity: 4, run: (args, context) => setWithExpiry("psetex", "PX", args, context) },
  {
    name: "MGET",
    arity: -2,
    run: (keys, { db }) =>
      keys.map((key) => (db.type(key) === "string" ? (db.get(key, "string") ?? null) : null)),
  },
  {
    name: "MSET",
    arity: -3,
    run(args, { db }) {
      if (args.length % 2 !== 0) throw new CommandError("ERR wrong number of arguments for 'mset' command");
      for (let index = 0; index < args.length; index += 2)
        db.set(args[index] ?? "", "string", args[index + 1] ?? "");
      return OK;
    },
  },
  {
    name: "GETDEL",
    arity: 2,
    run([key = ""], { db }) {
      const value = db.get(key, "string");
      db.delete(key);
      return value ?? null;
    },
  },
  {
    name: "GETSET",
    arity: 3,
    run([key = "", value = ""], { db }) {
      const before = db.get(key, "string");
      db.set(key, "string", value);
      return before ?? null;
    },
  },
  {
    name: "APPEND",
    arity: 3,
    run([key = "", tail = ""], { db }) {
      const value = (db.get(key, "string") ?? "") + tail;
      db.set(key, "string", value, true);
      return BigInt(value.length);
    },
  },
  { name: "STRLEN", arity: 2, run: ([key = ""], { db }) => BigInt(db.get(key, "string")?.length ?? 0) },
  { name: "INCR", arity: 2, run: ([key = ""], context) => increase(key, 1n, context) },
  { name: "DECR", arity: 2, run: ([key = ""], context) => increase(key, -1n, context) },
  {
    name: "INCRBY",
    arity: 3,
    run: ([key = "", by = ""], context) => increase(key, parseInteger(by), context),
  },
  { name: "DECRBY", arity: 3, run: decreaseBy },
  { name: "INCRBYFLOAT", arity: 3, run: increaseByFloat },
];

function setWithExpiry(name: string, unit: string, args: string[], { db }: CommandContext): Reply {
  const [key = "", time = "", value = ""] = args;
  const at = expiryInstant(time, unit, db.now(), name);
  db.set(key, "string", value);
  db.setExpiry(key, at);
  return OK;
}

function increase(key: string, by: bigint, { db }: CommandContext): Reply {
  const value = parseInteger(db.get(key, "string") ?? "0") + by;
  if (!fits(value)) throw new CommandError("ERR increment or decrement would overflow");
  db.set(key, "string", String(value), true);
  return value;
}

function decreaseBy([key = "", by = ""]: string[], context: CommandContext): Reply {
  const amount = -parseInteger(by);
  if (!fits(amount)) throw new CommandError("ERR decrement would overflow");
  return increase(key, amount, context);
}

function increaseByFloat([key = "", by = ""]: string[], { db }: CommandContext): Reply {
  const current = db.get(key, "string") ?? "0";
  parseFloatArgument(current);
  parseFloatArgument(by);
  const text = addFloats(current, by);
  db.set(key, "string", text, true);
  return text;
}
