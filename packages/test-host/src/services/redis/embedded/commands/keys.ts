import type { Command, CommandContext } from "../command.ts";
import { matchesGlob } from "../glob.ts";
import { parseInteger } from "../numbers.ts";
import { CommandError, OK, SYNTAX_ERROR, type Reply } from "../reply.ts";
import { expiryInstant } from "./expiry-time.ts";

const count = (keys: string[], test: (key: string) => boolean): bigint => BigInt(keys.filter(test).length);

export const keyCommands: Command[] = [
  { name: "DEL", arity: -2, run: (keys, { db }) => count(keys, (key) => db.delete(key)) },
  { name: "UNLINK", arity: -2, run: (keys, { db }) => count(keys, (key) => db.delete(key)) },
  { name: "EXISTS", arity: -2, run: (keys, { db }) => count(keys, (key) => db.has(key)) },
  { name: "EXPIRE", arity: -3, run: (args, context) => expire("expire", "EX", args, context) },
  { name: "PEXPIRE", arity: -3, run: (args, context) => expire("pexpire", "PX", args, context) },
  { name: "EXPIREAT", arity: -3, run: (args, context) => expire("expireat", "EXAT", args, context) },
  { name: "PEXPIREAT", arity: -3, run: (args, context) => expire("pexpireat", "PXAT", args, context) },
  { name: "TTL", arity: 2, run: ([key = ""], context) => timeToLive(key, 1000n, context) },
  { name: "PTTL", arity: 2, run: ([key = ""], context) => timeToLive(key, 1n, context) },
  {
    name: "PERSIST",
    arity: 2,
    run([key = ""], { db }) {
      if (db.expiry(key) === undefined) return 0n;
      db.setExpiry(key, undefined);
      return 1n;
    },
  },
  { name: "TYPE", arity: 2, run: ([key = ""], { db }) => ({ status: db.type(key) ?? "none" }) },
  {
    name: "KEYS",
    arity: 2,
    run: ([pattern = ""], { db }) => db.keys().filter((key) => matchesGlob(pattern, key)),
  },
  { name: "SCAN", arity: -2, run: scan },
  {
    name: "RENAME",
    arity: 3,
    run([from = "", to = ""], { db }) {
      if (!db.has(from)) throw new CommandError("ERR no such key");
      db.rename(from, to);
      return OK;
    },
  },
  { name: "DBSIZE", arity: 1, run: (_args, { db }) => BigInt(db.keys().length) },
  { name: "FLUSHDB", arity: -1, run: (args, { db }) => flush(args, () => db.clear()) },
  {
    name: "FLUSHALL",
    arity: -1,
    run: (args, { server }) => flush(args, () => server.databases.forEach((db) => db.clear())),
  },
  {
    name: "TIME",
    arity: 1,
    run(_args, { server }) {
      const microseconds = server.clock.now() / 1000n;
      return [String(microseconds / 1_000_000n), String(microseconds % 1_000_000n)];
    },
  },
];

function expire(name: string, unit: string, args: string[], { db }: CommandContext): Reply {
  const [key = "", time = "", ...words] = args;
  const conditions = new Set<string>();
  for (const word of words) {
    const condition = word.toUpperCase();
    if (!["NX", "XX", "GT", "LT"].includes(condition))
      throw new CommandError(`ERR Unsupported option ${word}`);
    conditions.add(condition);
  }
  if (conditions.has("NX") && conditions.size > 1) {
    throw new CommandError("ERR NX and XX, GT or LT options at the same time are not compatible");
  }
  if (conditions.has("GT") && conditions.has("LT")) {
    throw new CommandError("ERR GT and LT options at the same time are not compatible");
  }
  const at = expiryInstant(time, unit, db.now(), name, false);
  if (!db.has(key)) return 0n;
  const before = db.expiry(key);
  if (conditions.has("NX") && before !== undefined) return 0n;
  if (conditions.has("XX") && before === undefined) return 0n;
  // A key that stays counts as one that expires last.
  if (conditions.has("GT") && at <= (before ?? Infinity)) return 0n;
  if (conditions.has("LT") && at >= (before ?? Infinity)) return 0n;
  db.setExpiry(key, at);
  return 1n;
}

function timeToLive(key: string, unitMs: bigint, { db }: CommandContext): Reply {
  if (!db.has(key)) return -2n;
  const at = db.expiry(key);
  if (at === undefined) return -1n;
  return (BigInt(at - db.now()) + unitMs / 2n) / unitMs;
}

/** Everything in one go: a cursor other than 0 has nothing left. */
function scan([cursor = "", ...words]: string[], { db }: CommandContext): Reply {
  if (!/^[0-9]{1,20}$/.test(cursor)) throw new CommandError("ERR invalid cursor");
  let keys = cursor === "0" ? db.keys() : [];
  for (let index = 0; index < words.length; index += 2) {
    const [option = "", value] = words.slice(index, index + 2);
    if (value === undefined) throw new CommandError(SYNTAX_ERROR);
    switch (option.toUpperCase()) {
      case "MATCH":
        keys = keys.filter((key) => matchesGlob(value, key));
        break;
      case "COUNT":
        if (parseInteger(value) < 1n) throw new CommandError(SYNTAX_ERROR);
        break;
      case "TYPE":
        keys = keys.filter((key) => db.type(key) === value.toLowerCase());
        break;
      default:
        throw new CommandError(SYNTAX_ERROR);
    }
  }
  return ["0", keys];
}

function flush([mode, ...rest]: string[], clear: () => void): Reply {
  const known = mode === undefined || ["SYNC", "ASYNC"].includes(mode.toUpperCase());
  if (!known || rest.length > 0) throw new CommandError(SYNTAX_ERROR);
  clear();
  return OK;
}
