import { Bytes } from "../bytes/bytes";
import { ByteSink } from "../bytes/sink";
import { decode } from "../abi/text";

/** One block of a `text/event-stream`, from the stream or to be sent. Source: WHATWG HTML, 9.2 Server-sent events. */
export class ServerSentEvent {
  /** "" means `message`. */
  name: string = "";
  /** Lines are joined with a line feed. Null when the block has no data: a comment, or a change of id or retry alone. */
  data: string | null = null;
  /** Null when the block sets none. */
  id: string | null = null;
  /** Milliseconds; -1 when the block sets none. */
  retry: i64 = -1;
  /** The bytes as they came, blank line included: pass them on for an event that is not to change. */
  raw: Bytes = Bytes.EMPTY;
  /** False for what a stream breaks off with, and for pieces of a block over the limit: browsers ignore the former. Only `raw` is set. */
  complete: bool = true;

  /** The event from its fields, as bytes of a stream. Line breaks in name and id become spaces. */
  toBytes(): Bytes {
    const sink = new ByteSink();
    const id = this.id;
    if (this.name.length) put(sink, "event: ", this.name);
    if (id != null) put(sink, "id: ", id);
    if (this.retry >= 0) put(sink, "retry: ", this.retry.toString());
    const data = this.data;
    if (data != null) {
      const lines = data.replaceAll("\r\n", "\n").replaceAll("\r", "\n").split("\n");
      for (let i = 0; i < lines.length; i++) put(sink, "data: ", lines[i]);
    }
    return sink.byte(10).take();
  }
}
function put(sink: ByteSink, field: string, value: string): void {
  sink.text(field).text(value.replaceAll("\n", " ").replaceAll("\r", " ")).byte(10);
}

/**
 * Cuts an event stream into its events, wherever the chunks of the body begin and end:
 *
 *     events.push(chunk, last);
 *     for (let event = events.next(); event; event = events.next()) ...
 *
 * The `raw` bytes of all events together are the bytes of the stream. Keep one reader for each stream, in `ctx.state`.
 */
export class EventReader {
  private pending: Bytes = Bytes.EMPTY;
  /** Of the reader's own, where more may be put behind `pending` if that lies in it. */
  private room: ArrayBuffer = new ArrayBuffer(0);
  /** Bytes of it that are used. */
  private used: i32 = 0;
  /** How far `pending` has been searched, and the start of its last line. */
  private searched: i32 = 0;
  private line: i32 = 0;
  private ended: bool = false;
  private oversized: bool = false;
  /** The block before ended with a carriage return: a line feed now belongs to it. */
  private afterReturn: bool = false;
  private first: bool = true;

  /** `maxBytes`: the most that is kept of one event; a longer one comes in pieces that are not `complete`. */
  constructor(private maxBytes: i32 = 1 << 20) {}

  /** `last`: the stream ends with this chunk. */
  push(chunk: Bytes, last: bool = false): void {
    this.pending = this.pending.length ? this.extended(chunk) : chunk;
    if (last) this.ended = true;
  }
  // A copy for each chunk would take a time that grows with the square of their number.
  private extended(chunk: Bytes): Bytes {
    const pending = this.pending;
    const length = pending.length + chunk.length;
    if (pending.buffer != this.room || this.used + chunk.length > this.room.byteLength) {
      this.room = new ArrayBuffer(length * 2);
      memory.copy(changetype<usize>(this.room), pending.pointer, pending.length);
      this.used = pending.length;
    }
    memory.copy(changetype<usize>(this.room) + <usize>this.used, chunk.pointer, chunk.length);
    this.used += chunk.length;
    return new Bytes(this.room, this.used - length, length);
  }
  /** The next event that is here as a whole; null when more bytes are needed, or none will come. */
  next(): ServerSentEvent | null {
    const bytes = this.pending;
    let at = this.searched;
    let start = this.line;
    while (at < bytes.length) {
      const c = bytes.at(at);
      if (c != 10 && c != 13) {
        at++;
        continue;
      }
      // A line feed that belongs to the block before.
      if (at == 0 && c == 10 && this.afterReturn) {
        this.afterReturn = false;
        start = ++at;
        continue;
      }
      const blank = at == start;
      // A carriage return may have its line feed in the next chunk: that is only known for blank lines, which end the event now.
      if (c == 13 && at + 1 == bytes.length && !blank && !this.ended) break;
      at += c == 13 && bytes.at(at + 1) == 10 ? 2 : 1;
      if (blank) return this.take(at, c == 13 && bytes.at(at - 1) == 13);
      start = at;
    }
    this.searched = at;
    this.line = start;
    if (bytes.length && (this.ended || bytes.length > this.maxBytes)) {
      this.oversized = !this.ended;
      this.searched = this.line = 0;
      this.pending = Bytes.EMPTY;
      return piece(bytes);
    }
    return null;
  }
  private take(end: i32, endsWithReturn: bool): ServerSentEvent {
    const raw = this.pending.slice(0, end);
    this.pending = this.pending.slice(end);
    this.searched = this.line = 0;
    this.afterReturn = endsWithReturn;
    const wasFirst = this.first;
    this.first = false;
    if (this.oversized) {
      this.oversized = false;
      return piece(raw);
    }
    const mark = wasFirst && raw.at(0) == 0xef && raw.at(1) == 0xbb && raw.at(2) == 0xbf ? 3 : 0;
    const event = new ServerSentEvent();
    event.raw = raw;
    readFields(event, raw.slice(mark));
    return event;
  }
}
function piece(raw: Bytes): ServerSentEvent {
  const event = new ServerSentEvent();
  event.raw = raw;
  event.complete = false;
  return event;
}

function readFields(event: ServerSentEvent, block: Bytes): void {
  const data: string[] = [];
  let start = 0;
  for (let at = 0; at < block.length; at++) {
    const c = block.at(at);
    if (c != 10 && c != 13) continue;
    if (at > start) readLine(event, data, block.slice(start, at));
    if (c == 13 && block.at(at + 1) == 10) at++;
    start = at + 1;
  }
  if (data.length) event.data = data.join("\n");
}
function readLine(event: ServerSentEvent, data: string[], line: Bytes): void {
  let colon = 0;
  while (colon < line.length && line.at(colon) != 58) colon++;
  if (!colon) return;
  const from = line.at(colon + 1) == 32 ? colon + 2 : colon + 1;
  const value = line.slice(from).text();
  const name = decode(line.pointer, colon);
  if (name == "data") data.push(value);
  else if (name == "event") event.name = value;
  else if (name == "id") {
    if (value.indexOf("\0") < 0) event.id = value;
  } else if (name == "retry") {
    let ms: i64 = value.length && value.length < 16 ? 0 : -1;
    for (let i = 0; i < value.length && ms >= 0; i++) {
      const digit = value.charCodeAt(i) - 48;
      ms = <u32>digit > 9 ? -1 : ms * 10 + digit;
    }
    event.retry = ms;
  }
}
