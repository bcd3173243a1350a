// The stream whose callback is running, and what is remembered of streams between callbacks.
import { takeCopied } from "../abi/allocator";
import { StreamType } from "../abi/enums";
import { continueStream } from "../host/streams";
import { TABLE_SIZE, Table } from "./table";

export const enum Phase {
  RequestHeaders,
  RequestBody,
  ResponseHeaders,
  ResponseBody,
  Log,
}

/** What is known of one stream. Raw memory: its managed objects are pinned. */
// @ts-ignore: decorator
@unmanaged @final
export class Stream {
  /** The table's. */
  private next: usize;
  id: u32;
  /** The configuration chosen for this stream; 0 until then, and when none applies. */
  config: usize;
  /** The author's state object; 0 until it is asked for. */
  state: usize;
  /** Calls under way that each message waits for: a response may begin while a call still holds the request's body. */
  requestWaiting: i32;
  responseWaiting: i32;
  /** Of the callback that runs. */
  phase: Phase;
  /** The author's own header status for a held message; 0 is the SDK's choice. */
  holdStatus: u8;
  /** The gateway holds the message until we resume it. */
  requestHeld: bool;
  responseHeld: bool;
  /** A local response has been sent: nothing else may touch the stream. */
  answered: bool;
  /** `config` has been chosen, if only that none applies. */
  configured: bool;
  /** The message of the present phase has no body. */
  endOfStream: bool;
  requestBodySeen: bool;
  responseBodySeen: bool;

  clear(): void {
    memory.fill(changetype<usize>(this), 0, offsetof<Stream>());
  }
  get isWaiting(): bool {
    return this.requestWaiting + this.responseWaiting > 0;
  }
  /** Calls that the message of the present phase waits for. */
  get waiting(): i32 {
    return isResponse(this.phase) ? this.responseWaiting : this.requestWaiting;
  }
  addWaiting(phase: Phase, n: i32): void {
    if (isResponse(phase)) this.responseWaiting += n;
    else this.requestWaiting += n;
  }
  /** The message of the present phase stays with the gateway. */
  hold(): void {
    if (isResponse(this.phase)) this.responseHeld = true;
    else this.requestHeld = true;
  }
  /** Resumes the message of the present phase if it is held, once. */
  resume(): void {
    if (isResponse(this.phase)) {
      if (!this.responseHeld) return;
      this.responseHeld = false;
      continueStream(StreamType.Response);
    } else {
      if (!this.requestHeld) return;
      this.requestHeld = false;
      continueStream(StreamType.Request);
    }
  }
}

// @ts-ignore: decorator
@inline function isResponse(phase: Phase): bool {
  return phase >= Phase.ResponseHeaders;
}

const BLANK: usize = memory.data(64);
const STREAMS = changetype<Table>(memory.data(TABLE_SIZE));
const COLLECT_EVERY: i32 = 64;
const COLLECT_BYTES: usize = 1 << 20;

// Assignable from other files, unlike an exported variable.
export class running {
  /** The stream of this callback; the blank one outside of any. */
  static stream: Stream = changetype<Stream>(BLANK);
  /** Streams are remembered until their deletion: some handler runs after the request's headers, or keeps state. */
  static tracked: bool = false;
  /** The plugin makes calls. Without any it remembers no stream for them. */
  static calls: bool = false;
}

let depth: i32 = 0;
let callbacks: i32 = 0;
let copied: usize = 0;

/** A host callback begins. Hosts may nest them. */
// @ts-ignore: decorator
@inline export function enterCallback(): void {
  depth++;
}
/** A host callback ends. Garbage is collected only here, where no frame of the guest can hold an object. */
export function leaveCallback(): void {
  if (--depth) return;
  if (ASC_RUNTIME == 1) {
    copied += takeCopied();
    if (++callbacks < COLLECT_EVERY && copied < COLLECT_BYTES) return;
    callbacks = 0;
    copied = 0;
    collectGarbage();
  }
}
// A function of its own: the link step empties it where no callback can make an object.
function collectGarbage(): void {
  __collect();
}

/** Makes a stream the running one. `isNew` saves the search for one that cannot be known yet. */
export function enterStream(id: u32, isNew: bool): Stream {
  enterCallback();
  const known: usize = isNew ? 0 : STREAMS.get(id);
  if (known) return (running.stream = changetype<Stream>(known));
  const stream = changetype<Stream>(BLANK);
  stream.clear();
  stream.id = id;
  running.stream = stream;
  return stream;
}
export function isKnown(id: u32): bool {
  return STREAMS.get(id) != 0;
}
/** Remembers the running stream if it needs to be, and ends the callback. */
export function leaveStream(): void {
  const stream = running.stream;
  const keep = running.tracked || (running.calls && stream.isWaiting);
  if (changetype<usize>(stream) == BLANK) {
    if (keep) {
      const copy = heap.alloc(offsetof<Stream>());
      memory.copy(copy, BLANK, offsetof<Stream>());
      STREAMS.add(stream.id, copy);
    }
    stream.clear();
  } else if (!keep) forgetStream(stream.id);
  running.stream = changetype<Stream>(BLANK);
  leaveCallback();
}
/** Frees what is remembered of a stream. */
export function forgetStream(id: u32): void {
  const pointer = STREAMS.remove(id);
  if (!pointer) return;
  const stream = changetype<Stream>(pointer);
  if (stream.state) __unpin(stream.state);
  heap.free(pointer);
}
/** A call of a stream that is gone has come back: the last one takes the stream's record with it. */
export function forgetCallOf(id: u32, phase: Phase): void {
  const pointer = STREAMS.get(id);
  if (!pointer) return;
  const stream = changetype<Stream>(pointer);
  stream.addWaiting(phase, -1);
  if (!stream.isWaiting && !running.tracked) forgetStream(id);
}
