import { append, beginDraft, draft, draftStart, makeRoom } from "../abi/draft";
import { digits } from "../abi/compose";
import { changeableName, headerValue, utf8 } from "../abi/literals";
import { Encoded, encoded, release } from "../abi/text";
import { Bytes } from "../bytes/bytes";
import { Action, held } from "../stream/action";
import { answer, leftOut, mayAnswer } from "../stream/respond";

// Names and values lie behind one another, each with a 0 behind it, which neither can hold.
class begun {
  static stream: u32 = 0;
  /** Bytes that their lengths will take. */
  static lengths: usize = 0;
}

/** Begins an answer to the stream. */
export function beginReply(id: u32, status: i32): LocalReply {
  begun.stream = id;
  begun.lengths = 0;
  return changetype<LocalReply>(<usize>((beginDraft() << 10) | status));
}

/**
 * An answer in the gateway's place that is put together without objects: `return ctx.reply(429).header("retry-after", 60).send("slow down")`.
 * Each part is copied at once. Put it together and send it in one expression: when another answer or a command for Redis has begun meanwhile, its
 * headers are lost. Of more than 1024 headers, or 1 MiB, gateways send none.
 */
// Its pointer is the status, below the draft's number.
// @ts-ignore: decorator
@unmanaged @final
export class LocalReply {
  /**
   * One more header: a string, or a whole number in digits. What `ctx.respond` leaves out is left out, and logged: invalid names and values,
   * content-length and the gateway's other own.
   */
  // @ts-ignore: decorator
  @inline header<T>(name: string, value: T): LocalReply {
    const n = changeableName(name);
    if (isString<T>()) {
      const v = headerValue(changetype<string>(value));
      return n && v ? add(this, n, v) : leaveOut(this, utf8(name));
    }
    if (!isInteger<T>()) ERROR("give a string or a whole number");
    return n ? add(this, n, digits(<i64>value)) : leaveOut(this, utf8(name));
  }
  /** Sends it, with a body. Return what it returns. */
  // @ts-ignore: decorator
  @inline send(body: string = ""): Action {
    return send(this, utf8(body));
  }
  /** The same with bytes for a body. */
  sendBytes(body: Bytes): Action {
    return send(this, encoded(body.pointer, body.length));
  }
}
function isBegun(reply: LocalReply): bool {
  return ((<u32>changetype<usize>(reply)) ^ (draft.number << 10)) < 1024;
}
function add(reply: LocalReply, name: Encoded, value: Encoded): LocalReply {
  if (isBegun(reply)) {
    addText(name);
    addText(value);
    begun.lengths += 8;
  }
  release();
  return reply;
}
function addText(text: Encoded): void {
  append(text);
  store<u8>(draft.end++, 0);
}
function leaveOut(reply: LocalReply, name: Encoded): LocalReply {
  leftOut(name);
  release();
  return reply;
}
function send(reply: LocalReply, body: Encoded): Action {
  if (!mayAnswer(begun.stream)) return held();
  const status = (<i32>changetype<usize>(reply)) & 1023;
  return answer(status, 0, body, isBegun(reply) ? takeMap() : 0, -1);
}
/** The headers as a map: their number and lengths go in front. */
function takeMap(): Encoded {
  draft.number++;
  const head = begun.lengths + 4;
  makeRoom(head);
  const start = draftStart();
  const texts = start + head;
  memory.copy(texts, start, draft.end - start);
  store<u32>(start, <u32>(head >> 3));
  let text = texts;
  for (let at = start + 4; at < texts; at += 4) {
    let end = text;
    while (load<u8>(end)) end++;
    store<u32>(at, <u32>(end - text));
    text = end + 1;
  }
  return encoded(start, draft.end + head - start);
}
