import type { Command, CommandContext } from "../command.ts";
import type { Reply } from "../reply.ts";

type Combine = (sets: ReadonlySet<string>[]) => string[];

const difference: Combine = ([first = new Set<string>(), ...others]) =>
  [...first].filter((member) => !others.some((other) => other.has(member)));
const intersection: Combine = ([first = new Set<string>(), ...others]) =>
  [...first].filter((member) => others.every((other) => other.has(member)));
const union: Combine = (sets) => [...new Set(sets.flatMap((set) => [...set]))];

export const setCommands: Command[] = [
  { name: "SCARD", arity: 2, run: ([key = ""], { db }) => BigInt(db.get(key, "set")?.size ?? 0) },
  {
    name: "SADD",
    arity: -3,
    run: ([key = "", ...members], { db }) =>
      db.edit(key, "set", (set) => {
        const before = set.size;
        for (const member of members) set.add(member);
        return BigInt(set.size - before);
      }),
  },
  {
    name: "SREM",
    arity: -3,
    run: ([key = "", ...members], { db }) =>
      db.edit(key, "set", (set) => BigInt(members.filter((member) => set.delete(member)).length)),
  },
  {
    name: "SISMEMBER",
    arity: 3,
    run: ([key = "", member = ""], { db }) => (db.get(key, "set")?.has(member) ? 1n : 0n),
  },
  { name: "SMEMBERS", arity: 2, run: ([key = ""], { db }) => [...(db.get(key, "set") ?? [])] },
  { name: "SDIFF", arity: -2, run: (keys, context) => difference(read(keys, context)) },
  { name: "SINTER", arity: -2, run: (keys, context) => intersection(read(keys, context)) },
  { name: "SUNION", arity: -2, run: (keys, context) => union(read(keys, context)) },
  { name: "SDIFFSTORE", arity: -3, run: (args, context) => store(difference, args, context) },
  { name: "SINTERSTORE", arity: -3, run: (args, context) => store(intersection, args, context) },
  { name: "SUNIONSTORE", arity: -3, run: (args, context) => store(union, args, context) },
];

function read(keys: string[], { db }: CommandContext): ReadonlySet<string>[] {
  return keys.map((key) => db.get(key, "set") ?? new Set<string>());
}

function store(combine: Combine, [target = "", ...keys]: string[], context: CommandContext): Reply {
  const members = combine(read(keys, context));
  if (members.length === 0) context.db.delete(target);
  else context.db.set(target, "set", new Set(members));
  return BigInt(members.length);
}
