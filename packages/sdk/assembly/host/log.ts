import { LogLevel } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { proxy_get_log_level, proxy_log } from "../abi/imports";
import { Encoded, lengthOf, pointerOf, release } from "../abi/text";
import { ROOM_BEFORE, TEXT, cutText, putText, startText } from "../abi/compose";

let prefixLength: usize = 0;
/** The gateway's level, which it writes here itself; all lines where it does not. */
// @ts-ignore: decorator
@external("gateway-link", "memory 4") declare const LEVEL: usize;
let checks: u32 = 0;

/** The plugin's name, in front of every line: on root contexts gateways print no name of their own. Up to 126 bytes. */
export function setLogPrefix(name: Encoded): void {
  const length = min(lengthOf(name), ROOM_BEFORE - 2);
  prefixLength = length + 2;
  memory.copy(TEXT - prefixLength, pointerOf(name), length);
  store<u16>(TEXT - 2, 0x203a); // ": "
  release();
}

/** Whether the gateway would print a line of this level. Asks the gateway once, then every 256th time: an operator may change it. */
export function logs(wanted: LogLevel): bool {
  if (!(checks++ & 255)) proxy_get_log_level(LEVEL);
  return wanted >= load<i32>(LEVEL);
}

/** Begins a line, in front of which `<plugin>: ` stands. */
export function startLine(): void {
  startText();
}
export function endLine(wanted: LogLevel): void {
  proxy_log(wanted, TEXT - prefixLength, prefixLength + cutText());
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
