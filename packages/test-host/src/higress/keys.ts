import type { Message } from "../envoy/message.ts";

/** Refuses the keys of an object that are not among `known`. */
export function keysOf(message: Message, known: readonly string[]): void {
  for (const key of Object.keys((message.value.plain() ?? {}) as object)) {
    if (known.includes(key)) continue;
    const name = key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    message.optional(name)?.problem(`there is no such key here; there are ${known.join(", ")}`);
  }
}
