import type { Command, CommandContext } from "../command.ts";
import { parseIndex, parseInteger } from "../numbers.ts";
import { CommandError, NULL_ARRAY, OK, SYNTAX_ERROR, type Reply } from "../reply.ts";
import { sliceRange } from "../range.ts";

export const listCommands: Command[] = [
  { name: "LLEN", arity: 2, run: ([key = ""], { db }) => BigInt(db.get(key, "list")?.length ?? 0) },
  { name: "RPUSH", arity: -3, run: ([key = "", ...values], { db }) => push(db, key, values, "tail") },
  { name: "LPUSH", arity: -3, run: ([key = "", ...values], { db }) => push(db, key, values, "head") },
  { name: "RPOP", arity: -2, run: (args, context) => pop("rpop", args, context) },
  { name: "LPOP", arity: -2, run: (args, context) => pop("lpop", args, context) },
  {
    name: "LINDEX",
    arity: 3,
    run: ([key = "", index = ""], { db }) => db.get(key, "list")?.at(parseIndex(index)) ?? null,
  },
  {
    name: "LRANGE",
    arity: 4,
    run: ([key = "", start = "", stop = ""], { db }) => {
      const [from, to] = [parseIndex(start), parseIndex(stop)];
      return sliceRange(db.get(key, "list") ?? [], from, to);
    },
  },
  { name: "LREM", arity: 4, run: remove },
  { name: "LINSERT", arity: 5, run: insert },
  { name: "LSET", arity: 4, run: replace },
  {
    name: "LTRIM",
    arity: 4,
    run([key = "", start = "", stop = ""], { db }) {
      const [from, to] = [parseIndex(start), parseIndex(stop)];
      db.edit(key, "list", (list) => list.splice(0, Infinity, ...sliceRange(list, from, to)));
      return OK;
    },
  },
];

function push(db: CommandContext["db"], key: string, values: string[], end: "head" | "tail"): Reply {
  return db.edit(key, "list", (list) =>
    BigInt(end === "tail" ? list.push(...values) : list.unshift(...values.reverse())),
  );
}

function pop(name: "lpop" | "rpop", [key = "", countText, ...rest]: string[], { db }: CommandContext): Reply {
  if (rest.length > 0) throw new CommandError(`ERR wrong number of arguments for '${name}' command`);
  const count =
    countText === undefined ? 1n : parseInteger(countText, "ERR value is out of range, must be positive");
  if (count < 0n) throw new CommandError("ERR value is out of range, must be positive");
  if (db.get(key, "list") === undefined) return countText === undefined ? null : NULL_ARRAY;
  const taken = db.edit(key, "list", (list) => {
    const wanted = Math.min(Number(count), list.length);
    return name === "lpop" ? list.splice(0, wanted) : list.splice(list.length - wanted).reverse();
  });
  return countText === undefined ? (taken[0] ?? null) : taken;
}

/** A positive count removes from the head on, a negative one from the tail, 0 all. */
function remove([key = "", countText = "", value = ""]: string[], { db }: CommandContext): Reply {
  const count = parseIndex(countText);
  return db.edit(key, "list", (list) => {
    let left = count === 0 ? Infinity : Math.abs(count);
    const keep = (item: string): boolean => item !== value || left-- <= 0;
    const kept = count < 0 ? list.slice().reverse().filter(keep).reverse() : list.filter(keep);
    const removed = list.length - kept.length;
    list.splice(0, Infinity, ...kept);
    return BigInt(removed);
  });
}

function insert([key = "", where = "", pivot = "", value = ""]: string[], { db }: CommandContext): Reply {
  const side = where.toUpperCase();
  if (side !== "BEFORE" && side !== "AFTER") throw new CommandError(SYNTAX_ERROR);
  const list = db.get(key, "list");
  if (list === undefined) return 0n;
  const index = list.indexOf(pivot);
  if (index === -1) return -1n;
  list.splice(side === "BEFORE" ? index : index + 1, 0, value);
  return BigInt(list.length);
}

function replace([key = "", indexText = "", value = ""]: string[], { db }: CommandContext): Reply {
  const list = db.get(key, "list");
  if (list === undefined) throw new CommandError("ERR no such key");
  const index = parseIndex(indexText);
  if (index >= list.length || index < -list.length) throw new CommandError("ERR index out of range");
  list[index < 0 ? list.length + index : index] = value;
  return OK;
}
