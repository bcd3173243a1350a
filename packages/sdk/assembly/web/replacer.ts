import { Bytes } from "../bytes/bytes";
import { bytesOf } from "../bytes/data";
import { ByteSink } from "../bytes/sink";

/** Replaces a text in a body that comes in chunks, also where it lies across their borders. Keep one for each message, in `ctx.state`. */
export class StreamReplacer {
  private from: Bytes;
  private to: Bytes;
  private rest: Bytes = Bytes.EMPTY;

  /** `from` "" replaces nothing. */
  constructor(from: string, to: string) {
    this.from = bytesOf(from);
    this.to = bytesOf(to);
  }
  /** What may go on now in the chunk's place. `last`: no more chunks follow. */
  push(chunk: Bytes, last: bool): Bytes {
    const from = this.from;
    if (!from.length) return chunk;
    const bytes = this.rest.concat(chunk);
    const sink = new ByteSink(bytes.length);
    let start = 0;
    for (let at = bytes.indexOf(from); at >= 0; at = bytes.indexOf(from, start)) {
      sink.bytes(bytes.slice(start, at)).bytes(this.to);
      start = at + from.length;
    }
    const rest = bytes.slice(start);
    const keep = last ? 0 : beginnings(rest, from);
    this.rest = rest.slice(rest.length - keep);
    return sink.bytes(rest.slice(0, rest.length - keep)).take();
  }
}
/** How many bytes at the end may be the beginning of `from`. */
function beginnings(bytes: Bytes, from: Bytes): i32 {
  for (let n = min(bytes.length, from.length - 1); n > 0; n--)
    if (from.startsWith(bytes.slice(bytes.length - n))) return n;
  return 0;
}
