import { LogLevel } from "./enums";
import { proxy_log } from "./imports";
import { holdsUtf8, sizeIn } from "./text";

// No allocation in here, because memory may be what ran out, and no variables of the file: this may be compiled before they are.
function put(text: string, p: usize, limit: usize): usize {
  let at = changetype<usize>(text);
  const end = at + sizeIn(text);
  let marked = false;
  while (at < end && p < limit) {
    const c: u32 = holdsUtf8 ? load<u8>(at) : load<u16>(at);
    at += holdsUtf8 ? 1 : 2;
    const isOdd = c < 32 || c > 126;
    // One mark for all that are odd in a row, however many bytes or code units they are.
    if (!isOdd || !marked) store<u8>(p++, isOdd ? 63 : c);
    marked = isOdd;
  }
  return p;
}
function putNumber(n: u32, p: usize, limit: usize): usize {
  if (n > 9) p = putNumber(n / 10, p, limit);
  if (p < limit) store<u8>(p++, 48 + (n % 10));
  return p;
}

/** Logs `<message> at <file>:<line>:<column>` at level critical; AssemblyScript then traps, which ends the VM. */
export function onAbort(message: string | null, file: string | null, line: u32, column: u32): void {
  const start = memory.data(512);
  const limit = start + 512;
  let p = put("plugin aborted: ", start, limit);
  if (message) p = put(message, p, limit);
  p = put(" at ", p, limit);
  if (file) p = put(file, p, limit);
  p = putNumber(line, put(":", p, limit), limit);
  p = putNumber(column, put(":", p, limit), limit);
  proxy_log(LogLevel.Critical, start, p - start);
}
