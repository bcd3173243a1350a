import { OUT } from "../abi/allocator";
import { LogLevel, Status } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { proxy_get_log_level, proxy_log } from "../abi/imports";
import { Encoded, lengthOf, pointerOf, release } from "../abi/text";
import { endText, putBytes, putText, startText } from "../abi/compose";

const PREFIX_SIZE: usize = 128;
const PREFIX: usize = memory.data(128);

let prefixLength: usize = 0;
let level: i32 = -1;
let checks: u32 = 0;

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

/** Begins a line: `<plugin>: `. */
export function startLine(): void {
  startText();
  putBytes(PREFIX, prefixLength);
}
export function endLine(wanted: LogLevel): void {
  const line = endText();
  proxy_log(wanted, pointerOf(line), lengthOf(line));
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
