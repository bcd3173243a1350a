import { OUT } from "../abi/allocator";
import { LogLevel, Status } from "../abi/enums";
import { proxy_get_log_level, proxy_log } from "../abi/imports";
import { Encoded, Rule, lengthOf, pointerOf, release, writePart } from "../abi/text";

const LINE_SIZE: usize = 1024;
// Memory of its own: a wrapper may have something in scratch while it complains.
const LINE: usize = memory.data(1024);

const PREFIX_SIZE: usize = 128;
const PREFIX: usize = memory.data(128);

let prefixLength: usize = 0;
let level: i32 = -1;
let checks: u32 = 0;
let end: usize = 0;

/** The plugin's name, in front of every line: on root contexts gateways print no name of their own. Up to 128 bytes. */
export function setLogPrefix(name: Encoded): void {
  prefixLength = min(lengthOf(name), PREFIX_SIZE);
  memory.copy(PREFIX, pointerOf(name), prefixLength);
  release();
}

/** Whether the gateway would print a line of this level. Asks the gateway once, then every 256th time: an operator may change it. */
export function logs(wanted: LogLevel): bool {
  if (level < 0 || (++checks & 255) == 0) {
    store<u32>(OUT, 0);
    level = proxy_get_log_level(OUT) == Status.Ok ? load<u32>(OUT) : 0;
  }
  return wanted >= level;
}

/** Begins a line: `<plugin>: `. A line is put together from parts, without a string; what does not fit 1 KiB is cut off. */
export function startLine(): void {
  end = LINE;
  putBytes(PREFIX, prefixLength);
  putByte(58);
  putByte(32);
}
export function putByte(byte: u32): void {
  if (end < LINE + LINE_SIZE) store<u8>(end++, byte);
}
export function putBytes(p: usize, length: usize): void {
  const n = min(length, LINE + LINE_SIZE - end);
  memory.copy(end, p, n);
  end += n;
}
export function putText(text: Encoded): void {
  putBytes(pointerOf(text), lengthOf(text));
}
/** Control characters become spaces, so that a value cannot forge a line. */
export function putString(text: string): void {
  let p = changetype<usize>(text);
  const textEnd = p + ((<usize>text.length) << 1);
  for (;;) {
    // A code unit takes up to three bytes.
    const units = min((textEnd - p) >> 1, (LINE + LINE_SIZE - end) / 3);
    if (!units) return;
    end = writePart(p, <i32>units, Rule.Line, end);
    p += units << 1;
  }
}
export function putNumber(n: i64): void {
  if (n < 0) {
    putByte(45);
    n = -n;
  }
  if (<u64>n > 9) putNumber(<i64>(<u64>n / 10));
  putByte(48 + <u32>(<u64>n % 10));
}
export function endLine(wanted: LogLevel): void {
  proxy_log(wanted, LINE, end - LINE);
}

/** One line of one literal. */
export function logText(wanted: LogLevel, text: Encoded): void {
  startLine();
  putText(text);
  endLine(wanted);
}
