import type { Command, CommandContext } from "../command.ts";
import { addFloats, fits, parseFloatArgument, parseInteger } from "../numbers.ts";
import { CommandError, OK, type Reply } from "../reply.ts";

export const hashCommands: Command[] = [
  {
    name: "HGET",
    arity: 3,
    run: ([key = "", field = ""], { db }) => db.get(key, "hash")?.get(field) ?? null,
  },
  { name: "HSET", arity: -4, run: (args, context) => setFields("hset", args, context) },
  {
    name: "HMSET",
    arity: -4,
    run(args, context) {
      setFields("hmset", args, context);
      return OK;
    },
  },
  {
    name: "HSETNX",
    arity: 4,
    run([key = "", field = "", value = ""], context) {
      if (context.db.get(key, "hash")?.has(field) === true) return 0n;
      return setFields("hsetnx", [key, field, value], context);
    },
  },
  {
    name: "HMGET",
    arity: -3,
    run([key = "", ...fields], { db }) {
      const hash = db.get(key, "hash");
      return fields.map((field) => hash?.get(field) ?? null);
    },
  },
  {
    name: "HDEL",
    arity: -3,
    run: ([key = "", ...fields], { db }) =>
      db.edit(key, "hash", (hash) => BigInt(fields.filter((field) => hash.delete(field)).length)),
  },
  {
    name: "HEXISTS",
    arity: 3,
    run: ([key = "", field = ""], { db }) => (db.get(key, "hash")?.has(field) ? 1n : 0n),
  },
  { name: "HLEN", arity: 2, run: ([key = ""], { db }) => BigInt(db.get(key, "hash")?.size ?? 0) },
  {
    name: "HSTRLEN",
    arity: 3,
    run: ([key = "", field = ""], { db }) => BigInt(db.get(key, "hash")?.get(field)?.length ?? 0),
  },
  { name: "HKEYS", arity: 2, run: ([key = ""], { db }) => [...(db.get(key, "hash")?.keys() ?? [])] },
  { name: "HVALS", arity: 2, run: ([key = ""], { db }) => [...(db.get(key, "hash")?.values() ?? [])] },
  {
    name: "HGETALL",
    arity: 2,
    run: ([key = ""], { db }) => [...(db.get(key, "hash")?.entries() ?? [])].flat(),
  },
  { name: "HINCRBY", arity: 4, run: increase },
  { name: "HINCRBYFLOAT", arity: 4, run: increaseByFloat },
];

function setFields(name: string, [key = "", ...pairs]: string[], { db }: CommandContext): bigint {
  if (pairs.length % 2 !== 0) throw new CommandError(`ERR wrong number of arguments for '${name}' command`);
  return db.edit(key, "hash", (hash) => {
    const before = hash.size;
    for (let index = 0; index < pairs.length; index += 2)
      hash.set(pairs[index] ?? "", pairs[index + 1] ?? "");
    return BigInt(hash.size - before);
  });
}

function increase([key = "", field = "", by = ""]: string[], { db }: CommandContext): Reply {
  const amount = parseInteger(by);
  const current = parseInteger(db.get(key, "hash")?.get(field) ?? "0", "ERR hash value is not an integer");
  const value = current + amount;
  if (!fits(value)) throw new CommandError("ERR increment or decrement would overflow");
  db.edit(key, "hash", (hash) => hash.set(field, String(value)));
  return value;
}

function increaseByFloat([key = "", field = "", by = ""]: string[], { db }: CommandContext): Reply {
  parseFloatArgument(by);
  const current = db.get(key, "hash")?.get(field) ?? "0";
  parseFloatArgument(current, "ERR hash value is not a float");
  const text = addFloats(current, by);
  db.edit(key, "hash", (hash) => hash.set(field, text));
  return text;
}
