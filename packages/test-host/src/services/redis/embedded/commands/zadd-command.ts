import type { CommandContext } from "../command.ts";
import { formatDouble, parseFloatArgument } from "../numbers.ts";
import { CommandError, SYNTAX_ERROR, type Reply } from "../reply.ts";

const OPTIONS = new Set(["NX", "XX", "GT", "LT", "CH", "INCR"]);

/** ZADD with all its options; ZINCRBY is one of them. */
export function addScores([key = "", ...words]: string[], { db }: CommandContext): Reply {
  const options = new Set<string>();
  while (OPTIONS.has((words[0] ?? "").toUpperCase())) options.add((words.shift() ?? "").toUpperCase());
  const increments = options.has("INCR");
  if (words.length === 0 || words.length % 2 !== 0) throw new CommandError(SYNTAX_ERROR);
  if (options.has("NX") && options.has("XX")) {
    throw new CommandError("ERR XX and NX options at the same time are not compatible");
  }
  if (
    (options.has("GT") && options.has("LT")) ||
    (options.has("NX") && (options.has("GT") || options.has("LT")))
  ) {
    throw new CommandError("ERR GT, LT, and/or NX options at the same time are not compatible");
  }
  if (increments && words.length > 2) {
    throw new CommandError("ERR INCR option supports a single increment-element pair");
  }
  const pairs: [score: number, member: string][] = [];
  for (let index = 0; index < words.length; index += 2) {
    pairs.push([parseFloatArgument(words[index] ?? ""), words[index + 1] ?? ""]);
  }
  let [added, changed] = [0, 0];
  let last: number | null = null;
  db.edit(key, "zset", (scores) => {
    for (const [given, member] of pairs) {
      const before = scores.get(member);
      last = null;
      if (options.has(before === undefined ? "XX" : "NX")) continue;
      const score = increments ? (before ?? 0) + given : given;
      if (Number.isNaN(score)) throw new CommandError("ERR resulting score is not a number (NaN)");
      if (before !== undefined && options.has("GT") && score <= before) continue;
      if (before !== undefined && options.has("LT") && score >= before) continue;
      last = score;
      scores.set(member, score);
      if (before === undefined) added++;
      else if (before !== score) changed++;
    }
  });
  if (increments) return last === null ? null : formatDouble(last);
  return BigInt(options.has("CH") ? added + changed : added);
}
