import { LogLevel } from "./enums";
import { proxy_log } from "./imports";

// No allocation in here, because memory may be what ran out, and no variables of the file: this may be compiled before they are.
function put(text: string, p: usize, limit: usize): usize {
  for (let i = 0; i < text.length && p < limit; i++) {
    const c = text.charCodeAt(i);
    store<u8>(p++, c < 32 || c > 126 ? 63 : c);
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
