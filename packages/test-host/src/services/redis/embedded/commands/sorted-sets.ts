import type { Command, CommandContext } from "../command.ts";
import { formatDouble, parseFloatArgument, parseIndex } from "../numbers.ts";
import { CommandError, SYNTAX_ERROR, type Reply } from "../reply.ts";
import { sliceRange } from "../range.ts";
import { addScores } from "./zadd-command.ts";

type Scored = [member: string, score: number];

export const sortedSetCommands: Command[] = [
  { name: "ZCARD", arity: 2, run: ([key = ""], { db }) => BigInt(db.get(key, "zset")?.size ?? 0) },
  { name: "ZADD", arity: -4, run: addScores },
  {
    name: "ZINCRBY",
    arity: 4,
    run: ([key = "", by = "", member = ""], context) => addScores([key, "INCR", by, member], context),
  },
  { name: "ZSCORE", arity: 3, run: score },
  { name: "ZRANK", arity: 3, run: (args, context) => rank(args, context, false) },
  { name: "ZREVRANK", arity: 3, run: (args, context) => rank(args, context, true) },
  {
    name: "ZREM",
    arity: -3,
    run: ([key = "", ...members], { db }) =>
      db.edit(key, "zset", (scores) => BigInt(members.filter((member) => scores.delete(member)).length)),
  },
  { name: "ZCOUNT", arity: 4, run: (args, context) => BigInt(inScoreRange(args, context).length) },
  { name: "ZREMRANGEBYSCORE", arity: 4, run: removeByScore },
  { name: "ZRANGE", arity: -4, run: (args, context) => range(args, context, false) },
  { name: "ZREVRANGE", arity: -4, run: (args, context) => range(args, context, true) },
  { name: "ZRANGEBYSCORE", arity: -4, run: rangeByScore },
];

/** By score, and by the bytes of the member where scores are equal. */
function sorted(key: string, { db }: CommandContext): Scored[] {
  return [...(db.get(key, "zset") ?? [])].sort(([a, x], [b, y]) => (x < y ? -1 : x > y ? 1 : a < b ? -1 : 1));
}

function score([key = "", member = ""]: string[], { db }: CommandContext): Reply {
  const found = db.get(key, "zset")?.get(member);
  return found === undefined ? null : formatDouble(found);
}

function rank([key = "", member = ""]: string[], context: CommandContext, reverse: boolean): Reply {
  const all = sorted(key, context);
  const index = all.findIndex(([other]) => other === member);
  if (index === -1) return null;
  return BigInt(reverse ? all.length - 1 - index : index);
}

function range(
  [key = "", start = "", stop = "", ...words]: string[],
  context: CommandContext,
  reverse: boolean,
): Reply {
  let backwards = reverse;
  let withScores = false;
  for (const word of words) {
    if (word.toUpperCase() === "WITHSCORES") withScores = true;
    else if (word.toUpperCase() === "REV" && !reverse) backwards = true;
    else throw new CommandError(SYNTAX_ERROR);
  }
  const [from, to] = [parseIndex(start), parseIndex(stop)];
  const all = sorted(key, context);
  return flatten(sliceRange(backwards ? all.reverse() : all, from, to), withScores);
}

function rangeByScore([key = "", min = "", max = "", ...words]: string[], context: CommandContext): Reply {
  let withScores = false;
  let [offset, count] = [0, -1];
  for (let index = 0; index < words.length; index++) {
    const word = (words[index] ?? "").toUpperCase();
    if (word === "WITHSCORES") {
      withScores = true;
    } else if (word === "LIMIT" && index + 2 < words.length) {
      [offset, count] = [parseIndex(words[++index] ?? ""), parseIndex(words[++index] ?? "")];
    } else {
      throw new CommandError(SYNTAX_ERROR);
    }
  }
  const found = inScoreRange([key, min, max], context);
  const limited = offset < 0 ? [] : found.slice(offset, count < 0 ? undefined : offset + count);
  return flatten(limited, withScores);
}

function removeByScore(args: string[], context: CommandContext): Reply {
  const members = inScoreRange(args, context).map(([member]) => member);
  return context.db.edit(args[0] ?? "", "zset", (scores) => {
    for (const member of members) scores.delete(member);
    return BigInt(members.length);
  });
}

function inScoreRange([key = "", min = "", max = ""]: string[], context: CommandContext): Scored[] {
  const [low, high] = [bound(min), bound(max)];
  return sorted(key, context).filter(
    ([, value]) =>
      (low.open ? value > low.value : value >= low.value) &&
      (high.open ? value < high.value : value <= high.value),
  );
}

function bound(text: string): { value: number; open: boolean } {
  const open = text.startsWith("(");
  return { value: parseFloatArgument(open ? text.slice(1) : text, "ERR min or max is not a float"), open };
}

function flatten(members: Scored[], withScores: boolean): Reply {
  return members.flatMap(([member, value]) => (withScores ? [member, formatDouble(value)] : [member]));
}
