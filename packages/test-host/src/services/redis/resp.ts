/** RESP2, the protocol of Redis: values, and how they are written. */

/** One RESP2 value. Bulk strings and arrays may be null (`$-1`, `*-1`). */
export type RespValue =
  | { type: "simple"; text: string }
  | { type: "error"; text: string }
  | { type: "integer"; value: bigint }
  | { type: "bulk"; bytes: Uint8Array | null }
  | { type: "array"; items: RespValue[] | null };

/** A command as clients send it: an array of bulk strings. Strings are UTF-8. */
export function encodeCommand(args: readonly (string | Uint8Array)[]): Uint8Array {
  const parts: Uint8Array[] = [Buffer.from(`*${args.length}\r\n`)];
  for (const arg of args) parts.push(encodeBulk(typeof arg === "string" ? Buffer.from(arg) : arg));
  return Buffer.concat(parts);
}

/** Line breaks inside a simple string or error become blanks, as Redis writes them. */
export function encodeResp(value: RespValue): Uint8Array {
  switch (value.type) {
    case "simple":
      return encodeLine("+", value.text);
    case "error":
      return encodeLine("-", value.text);
    case "integer":
      return encodeLine(":", String(value.value));
    case "bulk":
      return value.bytes === null ? encodeLine("$", "-1") : encodeBulk(value.bytes);
    case "array":
      if (value.items === null) return encodeLine("*", "-1");
      return Buffer.concat([encodeLine("*", String(value.items.length)), ...value.items.map(encodeResp)]);
  }
}

/** Lines are byte strings (latin1), as they arrive. */
function encodeLine(mark: string, text: string): Uint8Array {
  return Buffer.from(`${mark}${text.replace(/[\r\n]/g, " ")}\r\n`, "latin1");
}

function encodeBulk(bytes: Uint8Array): Uint8Array {
  return Buffer.concat([encodeLine("$", String(bytes.length)), bytes, CRLF]);
}

const CRLF = Buffer.from("\r\n");
