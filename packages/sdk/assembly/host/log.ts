import { OUT } from "../abi/allocator";
import { LogLevel, Status } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { proxy_get_log_level, proxy_log } from "../abi/imports";
import { Encoded, encodeText, giveBack, lengthOf, pointerOf, release } from "../abi/text";

const LINE_SIZE: usize = 1024;
// Memory of its own: a wrapper may have something in scratch while it complains.
const LINE: usize = memory.data(1024);

const PREFIX_SIZE: usize = 128;
const PREFIX: usize = memory.data(128);

let prefixLength: usize = 0;
let level: i32 = -1;
let checks: u32 = 0;
let end: usize = 0;

/** The plugin's name, in front of every line: on root contexts gateways print no name of their own. Up to 126 bytes. */
export function setLogPrefix(name: Encoded): void {
  const length = min(lengthOf(name), PREFIX_SIZE - 2);
  memory.copy(PREFIX, pointerOf(name), length);
  store<u16>(PREFIX + length, 0x203a); // ": "
  prefixLength = length + 2;
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
  memory.copy(LINE, PREFIX, prefixLength);
  end = LINE + prefixLength;
}
/** Control characters become spaces, so that a value cannot forge a line. */
export function putByte(byte: u32): void {
  if (end < LINE + LINE_SIZE) store<u8>(end++, (byte < 32 && byte != 9) || byte == 127 ? 32 : byte);
}
export function putBytes(p: usize, length: usize): void {
  for (const last = p + length; p < last; p++) putByte(load<u8>(p));
}
export function putText(text: Encoded): void {
  putBytes(pointerOf(text), lengthOf(text));
}
export function putString(text: string): void {
  const encoded = encodeText(text);
  putText(encoded);
  giveBack(encoded);
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
  // A character that was cut in two goes.
  if (end == LINE + LINE_SIZE) while (load<u8>(--end) >> 6 == 2) {}
  proxy_log(wanted, LINE, end - LINE);
}

/** One line of one literal. */
export function logText(wanted: LogLevel, text: Encoded): void {
  startLine();
  putText(text);
  endLine(wanted);
}
/** What the transform makes of the aborts of libraries. */
export function abortText(message: Encoded): void {
  startLine();
  putText(utf8("plugin aborted: "));
  putText(message);
  endLine(LogLevel.Critical);
}
