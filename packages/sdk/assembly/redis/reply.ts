import { putBytes, putText } from "../abi/compose";
import { LogLevel } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { Encoded, decode, release } from "../abi/text";
import { endLine, startLine } from "../host/log";
import { failureText, failureWords } from "../http/failure-words";
import { diagnosedCluster, diagnosis } from "../http/diagnosis";
import { Failure } from "../stream/calls";
import { free } from "../runtime/free";
import { beginReply, isNumber, number, readLine, skipReplies } from "./resp";

// The reply whose callback runs. Raw memory, freed behind the callback.
class present {
  static failure: Failure = Failure.None;
  /** 0 when there is no reply. */
  static start: usize = 0;
}

/** What Redis said, or why it said nothing. Valid inside the callback it was given to. */
// Its pointer is where the reply stands; 1 is the whole one.
// @ts-ignore: decorator
@unmanaged @final
export class RedisReply {
  private get p(): usize {
    const p = changetype<usize>(this);
    return p == 1 ? present.start : p;
  }
  private get kind(): u32 {
    return kindAt(this.p);
  }
  /** None when Redis has answered, be it with an error; `Authentication` when it wants another user or password. */
  get failure(): Failure {
    if (present.failure == Failure.None && this.kind == 45) {
      const error = this.line();
      if (error.startsWith("NOAUTH") || error.startsWith("WRONGPASS")) return Failure.Authentication;
    }
    return present.failure;
  }
  /** Redis has answered, and not with an error. */
  get ok(): bool {
    return !((<u32>present.failure) | (<u32>(this.kind == 45)));
  }
  /** Redis's own error, such as `WRONGTYPE Operation against ...`; empty when it is none. */
  get error(): string {
    return this.kind == 45 ? this.line() : "";
  }
  /** For logs and messages. */
  get reason(): string {
    return present.failure == Failure.None ? this.error : failureText(present.failure);
  }
  /** Logs `<message>: <reason>` at level error, without making a string of it. */
  // @ts-ignore: decorator
  @inline logError(message: string): void {
    this.logReason(utf8(message));
  }
  private logReason(message: Encoded): void {
    startLine();
    putText(message);
    putText(utf8(": "));
    const p = this.p;
    if (present.failure != Failure.None) putText(failureWords(present.failure));
    else if (this.kind == 45) putBytes(p + 1, readLine(p) - p - 3);
    endLine(LogLevel.Error);
    release();
  }
  /** For logs, not for clients: the reason with the cluster's name, and after some failures what to look at, such as the port of a static service. */
  diagnose(): string {
    return diagnosis(this.reason, this.failure, diagnosedCluster());
  }
  /** Whether Redis has answered with its null. */
  get isNull(): bool {
    const p = this.p;
    return !p || ((load<u8>(p) == 36 || load<u8>(p) == 42) && load<u8>(p, 1) == 45);
  }
  /** An integer, or a string of digits; 0 for anything else. */
  integer(): i64 {
    return integerOf(this.p);
  }
  /** A string, status or number as text; empty for null and lists. */
  text(): string {
    const p = this.p;
    const kind = kindAt(p);
    if (kind == 43 || kind == 58) return this.line();
    if (kind != 36 || this.isNull) return "";
    const line = readLine(p);
    return decode(line, <usize>number);
  }
  /** Items of a list; 0 for anything else. */
  get length(): i32 {
    if (this.kind != 42) return 0;
    readLine(this.p);
    return <i32>max(0, number);
  }
  /** The nth item of a list; a null reply outside of it. */
  at(index: i32): RedisReply {
    return changetype<RedisReply>(itemOf(this.p, index));
  }
  /** The nth item of a list as an integer; 0 outside of it, and for an item that is none. */
  integerAt(index: i32): i64 {
    return integerOf(itemOf(this.p, index));
  }
  private line(): string {
    const p = this.p;
    return decode(p + 1, readLine(p) - p - 3);
  }
}
/** The first byte of a reply; 0 for none, because asc leaves the first bytes of memory empty. */
// @ts-ignore: decorator
@inline function kindAt(p: usize): u32 {
  return load<u8>(p);
}
function integerOf(p: usize): i64 {
  if (!p) return 0;
  const kind = kindAt(p);
  let line = readLine(p);
  if (kind == 36) {
    // The string as a line: one that is null, or has a line break, ends elsewhere.
    const last = line + 2 + <usize>number;
    line = readLine(line - 1) - last;
  } else line = kind - 58;
  return <u32>isNumber > <u32>line ? number : 0;
}
/** 0 outside of the list. */
function itemOf(p: usize, index: i32): usize {
  if (kindAt(p) != 42) return 0;
  p = readLine(p);
  // Of a null list it is -1.
  return <i64>(<u32>index) < number ? skipReplies(p, <u32>index) : 0;
}

// Texts as numbers: `-NOSCRIP`, `-NOAUTH ` and the beginning of `unauthenticated`.
const NOSCRIPT: u64 = 0x50495243534f4e2d;
const NOAUTH: u64 = 0x20485455414f4e2d;
const UNAUTHEN: u64 = 0x6e65687475616e75;
/** Redis does not know the script of this digest. */
export function wantsScript(): bool {
  return load<u64>(present.start) == NOSCRIPT;
}
/** Redis does not know who is asking. */
export function wantsPassword(): bool {
  let p = present.start;
  let found: u32 = 0;
  if (kindAt(p) == 45)
    for (const last = readLine(p) - 8; p < last; p++)
      found |= (<u32>(load<u64>(p) == NOAUTH)) | (<u32>(load<u64>(p) == UNAUTHEN));
  return found != 0;
}

/** Sets the reply of the next callback: raw memory. */
export function setReply(start: usize, length: usize): void {
  if (beginReply(start, length)) {
    present.start = start;
    present.failure = Failure.None;
  } else setFailure(Failure.Protocol);
}
/** Behind the callback: forgets the reply and frees its memory, 0 for none. */
export function freeReply(buffer: usize): void {
  present.start = 0;
  free(buffer);
}
export function setFailure(failure: Failure): void {
  present.failure = failure;
  present.start = 0;
}
