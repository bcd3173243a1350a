import { LogLevel } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { Encoded, release } from "../abi/text";
import { logText, logs } from "../host/log";

/**
 * The gateway's log. Each line starts with the plugin's name and has up to 1 KiB behind it; control characters become spaces, so a value from
 * outside cannot forge a line. A line below the gateway's level costs no host call: the level is asked for once, then every 256th time.
 */
export namespace log {
  // Building a message costs more than dropping it: ask first.
  /** Whether lines of this level are printed. */
  export function enabled(level: LogLevel): bool {
    return logs(level);
  }
  /** For the author alone; below the usual level. */
  // @ts-ignore: decorator
  @inline export function trace(message: string): void {
    if (logs(LogLevel.Trace)) line(LogLevel.Trace, utf8(message));
  }
  /** For the author; below the usual level. */
  // @ts-ignore: decorator
  @inline export function debug(message: string): void {
    if (logs(LogLevel.Debug)) line(LogLevel.Debug, utf8(message));
  }
  /** What an operator wants to know once; at a gateway's usual level. */
  // @ts-ignore: decorator
  @inline export function info(message: string): void {
    if (logs(LogLevel.Info)) line(LogLevel.Info, utf8(message));
  }
  /** What still works, but not as it should. */
  // @ts-ignore: decorator
  @inline export function warn(message: string): void {
    if (logs(LogLevel.Warn)) line(LogLevel.Warn, utf8(message));
  }
  /** What does not work. */
  // @ts-ignore: decorator
  @inline export function error(message: string): void {
    if (logs(LogLevel.Error)) line(LogLevel.Error, utf8(message));
  }
}
function line(level: LogLevel, message: Encoded): void {
  logText(level, message);
  release();
}
