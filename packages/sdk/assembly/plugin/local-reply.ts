import { append, beginDraft, draft, draftStart } from "../abi/draft";
import { digits } from "../abi/compose";
import { changeableName, headerValue, utf8 } from "../abi/literals";
import { Encoded, encoded, lengthOf, release } from "../abi/text";
import { Bytes } from "../bytes/bytes";
import { Action, held } from "../stream/action";
import { answer, leftOut, mayAnswer } from "../stream/respond";

// The headers are a map from the beginning: their number, the lengths of names and values, and these, each with a 0 behind it.
/** Bytes of the number. */
const HEAD: usize = 4;
/** The stream that is answered. */
let stream: u32 = 0;

/** Begins an answer to the stream. */
export function beginReply(id: u32, status: i32): LocalReply {
  stream = id;
  const number = beginDraft();
  // None yet: what stands at address 0 is nothing.
  append(encoded(0, HEAD));
  return changetype<LocalReply>(<usize>((number << 10) | status));
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
    const start = draftStart();
    const count = load<u32>(start);
    store<u32>(start, count + 1);
    // Room for two lengths more.
    const lengths = start + HEAD + <usize>count * 8;
    memory.copy(lengths + 8, lengths, draft.end - lengths);
    draft.end += 8;
    store<u32>(lengths, <u32>lengthOf(name));
    store<u32>(lengths, <u32>lengthOf(value), 4);
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
  if (!mayAnswer(stream)) return held();
  const status = (<i32>changetype<usize>(reply)) & 1023;
  const headers = isBegun(reply) ? encoded(draftStart(), draft.end - draftStart()) : 0;
  return answer(status, 0, body, headers, -1);
}
