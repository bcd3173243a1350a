// How a problem of the configuration is told: one log line, put together without strings, of which only the first is printed.
import { LogLevel } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { Encoded, lengthOf } from "../abi/text";
import { putByte, putCount, putText } from "../abi/compose";
import { endLine, startLine } from "../host/log";
import { firstIn, nextIn, textAt, unreadFrom } from "../json/condensed";
import { Part, document, parentOf, startOf } from "./part";

/** Refuses the configuration, unless something else already has. An empty key is the object itself; `index` -1 is none. */
export function refuse(from: Part, key: Encoded, index: i32, message: Encoded): void {
  startProblem(from, key, index);
  putText(message);
  endProblem();
}
export function missing(from: Part, key: Encoded): void {
  startProblem(from, key, -1);
  putText(utf8("missing "));
  putText(key);
  putText(utf8(" in config"));
  endProblem();
}
export function startProblem(from: Part, key: Encoded, index: i32): void {
  startPath(
    document.partial ? utf8("part besides _rules_ not used: $") : utf8("configuration refused: $"),
    from,
    key,
    index,
  );
}
export function endProblem(): void {
  if (document.failed) return;
  document.failed = true;
  endLine(document.partial ? LogLevel.Warn : LogLevel.Error);
}
/** Names the keys that nobody has read. */
export function warnOfUnread(from: Part): void {
  const end = nextIn(startOf(from));
  let name = firstIn(startOf(from));
  while ((name = unreadFrom(name, end)) < end) {
    warn(from, textAt(name), utf8("unknown key, ignored"));
    name = nextIn(nextIn(name));
  }
}
export function warn(from: Part, key: Encoded, message: Encoded): void {
  startPath(utf8("$"), from, key, -1);
  putText(message);
  endLine(LogLevel.Warn);
}

/** What stands before the path, and `.a[0].key: `. */
function startPath(before: Encoded, from: Part, key: Encoded, index: i32): void {
  startLine();
  putText(before);
  putOwnPath(from);
  if (lengthOf(key)) putStep(key, index);
  putText(utf8(": "));
}
function putOwnPath(part: Part): void {
  const parent = parentOf(part);
  if (parent) {
    putOwnPath(changetype<Part>(parent));
    putStep(part.key, part.index);
  } else if (document.index >= 0) {
    // Not by `putStep`: a plugin without parts has one use of it then.
    putText(utf8("._rules_["));
    putCount(document.index);
    putByte(93);
  }
}
/** `.key`, or `.key[0]`. */
function putStep(key: Encoded, index: i32): void {
  putByte(46);
  putText(key);
  if (index < 0) return;
  putByte(91);
  putCount(index);
  putByte(93);
}
