import { OUT } from "../abi/allocator";
import { LogLevel, Status } from "../abi/enums";
import { proxy_get_log_level, proxy_log } from "../abi/imports";
import { Rule, write } from "../abi/text";

const LINE_SIZE: usize = 512;
const LINE: usize = memory.data(512);

let prefix: string = "";
let level: i32 = -1;
let checks: u32 = 0;

/** The plugin's name, in front of every line: on root contexts gateways print no name of their own. */
export function setLogPrefix(name: string): void {
  prefix = name;
}

/** Whether the gateway would print a line of this level. Asks the gateway once, then every 256th time: an operator may change it. */
export function logs(wanted: LogLevel): bool {
  if (level < 0 || (++checks & 255) == 0) {
    store<u32>(OUT, 0);
    level = proxy_get_log_level(OUT) == Status.Ok ? load<u32>(OUT) : 0;
  }
  return wanted >= level;
}

/** Writes `<plugin>: <message>` as one line, whatever the level. Control characters become spaces. */
export function logLine(wanted: LogLevel, message: string): void {
  // Memory of its own: a wrapper may have something in scratch while it complains.
  const size = <usize>(prefix.length + message.length) * 3 + 2;
  const start = size <= LINE_SIZE ? LINE : heap.alloc(size);
  let end = write(prefix, Rule.Line, start);
  if (end > start) {
    store<u16>(end, 0x203a); // ": "
    end += 2;
  }
  end = write(message, Rule.Line, end);
  proxy_log(wanted, start, end - start);
  if (start != LINE) heap.free(start);
}
