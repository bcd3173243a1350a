/**
 * What a command answers. Strings are byte strings (latin1) and become bulk strings, as keys and values are byte
 * strings everywhere in the embedded server.
 */
export type Reply = bigint | string | null | StatusReply | ErrorReply | NullArrayReply | Reply[];

export interface StatusReply {
  status: string;
}

export interface ErrorReply {
  /** With its code: `ERR syntax error`. */
  error: string;
}

export interface NullArrayReply {
  nullArray: true;
}

export const OK: StatusReply = { status: "OK" };
export const NULL_ARRAY: NullArrayReply = { nullArray: true };

/** A command's refusal; becomes an error reply. */
export class CommandError extends Error {}

export const WRONG_TYPE = "WRONGTYPE Operation against a key holding the wrong kind of value";
export const SYNTAX_ERROR = "ERR syntax error";

export function isErrorReply(reply: Reply): reply is ErrorReply {
  return typeof reply === "object" && reply !== null && "error" in reply;
}

/** RESP2 as a byte string. */
export function encodeReply(reply: Reply): string {
  if (reply === null) return "$-1\r\n";
  if (typeof reply === "bigint") return `:${reply}\r\n`;
  if (typeof reply === "string") return `$${reply.length}\r\n${reply}\r\n`;
  if (Array.isArray(reply)) return `*${reply.length}\r\n${reply.map(encodeReply).join("")}`;
  if ("status" in reply) return `+${oneLine(reply.status)}\r\n`;
  if ("error" in reply) return `-${oneLine(reply.error)}\r\n`;
  return "*-1\r\n";
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]/g, " ");
}
