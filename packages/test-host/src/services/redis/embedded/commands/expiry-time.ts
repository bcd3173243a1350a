import { fits, parseInteger } from "../numbers.ts";
import { CommandError } from "../reply.ts";

/**
 * When a key expires, in milliseconds since the Unix epoch. `positive` (the default) refuses 0 and less, as SET does
 * and EXPIRE does not.
 */
export function expiryInstant(
  time: string,
  unit: string,
  now: number,
  command: string,
  positive = true,
): number {
  const amount = parseInteger(time);
  const inMs = unit === "EX" || unit === "EXAT" ? amount * 1000n : amount;
  const at = unit === "EX" || unit === "PX" ? inMs + BigInt(now) : inMs;
  if ((positive && amount <= 0n) || !fits(inMs) || !fits(at)) {
    throw new CommandError(`ERR invalid expire time in '${command}' command`);
  }
  return Number(at);
}
