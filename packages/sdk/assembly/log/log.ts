import { LogLevel } from "../abi/enums";
import { endLine, logs, putString, startLine } from "../host/log";

/**
 * The gateway's log. Each line starts with the plugin's name and has up to 1 KiB; control characters become spaces, so a value from
 * outside cannot forge a line. A line below the gateway's level costs no host call: the level is asked for once, then every 256th time.
 */
export namespace log {
  // Building a message costs more than dropping it: ask first.
  /** Whether lines of this level are printed. */
  export function enabled(level: LogLevel): bool {
    return logs(level);
  }
  export function trace(message: string): void {
    write(LogLevel.Trace, message);
  }
  export function debug(message: string): void {
    write(LogLevel.Debug, message);
  }
  export function info(message: string): void {
    write(LogLevel.Info, message);
  }
  export function warn(message: string): void {
    write(LogLevel.Warn, message);
  }
  export function error(message: string): void {
    write(LogLevel.Error, message);
  }
}
function write(level: LogLevel, message: string): void {
  if (!logs(level)) return;
  startLine();
  putString(message);
  endLine(level);
}
