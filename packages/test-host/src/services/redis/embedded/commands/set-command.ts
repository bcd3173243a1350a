import type { CommandContext } from "../command.ts";
import { CommandError, OK, SYNTAX_ERROR, type Reply } from "../reply.ts";
import { expiryInstant } from "./expiry-time.ts";

interface SetOptions {
  condition?: "NX" | "XX";
  answerOld?: boolean;
  keepExpiry?: boolean;
  expiry?: { unit: string; time: string };
}

export function set([key = "", value = "", ...words]: string[], { db }: CommandContext): Reply {
  const options = readOptions(words);
  const at =
    options.expiry === undefined
      ? undefined
      : expiryInstant(options.expiry.time, options.expiry.unit, db.now(), "set");
  const old = options.answerOld === true ? (db.get(key, "string") ?? null) : null;
  const wanted = options.condition === undefined || db.has(key) === (options.condition === "XX");
  if (wanted) {
    db.set(key, "string", value, options.keepExpiry);
    if (at !== undefined) db.setExpiry(key, at);
  }
  if (options.answerOld === true) return old;
  return wanted ? OK : null;
}

function readOptions(words: string[]): SetOptions {
  const options: SetOptions = {};
  for (let index = 0; index < words.length; index++) {
    const word = (words[index] ?? "").toUpperCase();
    switch (word) {
      case "NX":
      case "XX":
        if (options.condition !== undefined && options.condition !== word)
          throw new CommandError(SYNTAX_ERROR);
        options.condition = word;
        break;
      case "GET":
        options.answerOld = true;
        break;
      case "KEEPTTL":
        options.keepExpiry = true;
        break;
      case "EX":
      case "PX":
      case "EXAT":
      case "PXAT": {
        const time = words[++index];
        if (time === undefined || options.expiry !== undefined) throw new CommandError(SYNTAX_ERROR);
        options.expiry = { unit: word, time };
        break;
      }
      default:
        throw new CommandError(SYNTAX_ERROR);
    }
    if (options.keepExpiry === true && options.expiry !== undefined) throw new CommandError(SYNTAX_ERROR);
  }
  return options;
}
