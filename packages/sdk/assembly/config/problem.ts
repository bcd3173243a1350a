// How a problem of the configuration is told: one log line, put together without strings.
import { LogLevel } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { Encoded } from "../abi/text";
import { endLine, putByte, putNumber, putString, putText, startLine } from "../host/log";
import { Kind } from "../json/scan";

/** The configuration that is being read. */
export class document {
  /** Where its text ends. */
  static end: usize = 0;
  /** Something was wrong; only the first problem is logged. */
  static failed: bool = false;
  /** A problem leaves out this part only, the rest is still used. */
  static partial: bool = false;
}

export function startProblemLine(): void {
  startLine();
  if (document.partial) putText(utf8("the part besides _rules_ is not used: "));
  else putText(utf8("configuration refused: "));
}
/** `.key`, or `.key[0]`. */
export function putStep(key: string, index: i32): void {
  if (!key.length) return;
  putByte(46);
  putString(key);
  if (index < 0) return;
  putByte(91);
  putNumber(index);
  putByte(93);
}
export function endProblem(): void {
  endLine(document.partial ? LogLevel.Warn : LogLevel.Error);
}
export function kindName(kind: Kind): Encoded {
  switch (kind) {
    case Kind.Boolean:
      return utf8("a boolean");
    case Kind.Number:
      return utf8("a number");
    case Kind.String:
      return utf8("a string");
    case Kind.Array:
      return utf8("a list");
    default:
      return utf8("an object");
  }
}
