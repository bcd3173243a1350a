// How a problem of the configuration is told: one log line, put together without strings.
import { LogLevel } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { Encoded, lengthOf } from "../abi/text";
import { putByte, putNumber, putText } from "../abi/compose";
import { endLine, startLine } from "../host/log";
import { Kind } from "../json/scan";

/** The configuration that is being read. */
export class document {
  /** Something was wrong; only the first problem is logged. */
  static failed: bool = false;
  /** A rule's configuration falls back to the global one, key by key. */
  static inherits: bool = false;
  /** A problem leaves out this part only, the rest is still used. */
  static partial: bool = false;
  /** The first of those of its objects that have memory of their own. */
  static parts: usize = 0;
}

export function startProblemLine(): void {
  startLine();
  if (document.partial) putText(utf8("the part besides _rules_ is not used: "));
  else putText(utf8("configuration refused: "));
}
/** `.key`, or `.key[0]`. */
export function putStep(key: Encoded, index: i32): void {
  if (!lengthOf(key)) return;
  putByte(46);
  putText(key);
  if (index < 0) return;
  putByte(91);
  putNumber(index);
  putByte(93);
}
export function endProblem(): void {
  endLine(document.partial ? LogLevel.Warn : LogLevel.Error);
}
export function putKind(kind: Kind): void {
  if (kind == Kind.Boolean) putText(utf8("a boolean"));
  else if (kind == Kind.Number) putText(utf8("a number"));
  else if (kind == Kind.String) putText(utf8("a string"));
  else if (kind == Kind.Array) putText(utf8("a list"));
  else putText(utf8("an object"));
}
