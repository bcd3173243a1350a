// The stream whose callback is running, and what is remembered of streams between callbacks.
import { StreamType } from "../abi/enums";
import { continueStream, enterContext } from "../host/streams";
import { enterCallback, leaveCallback } from "./callback";
import { TABLE_SIZE, Table } from "./table";

/** In their order; a body follows its headers, so `phase | 1` is the last of a message. */
export const enum Phase {
  RequestHeaders,
  RequestBody,
  ResponseHeaders,
  ResponseBody,
  Log,
}

/** What has happened to a stream: bits of `running.marks`. */
export const enum Mark {
  /** A local response has been sent: nothing else may touch the stream. */
  Answered = 1,
  /** The gateway holds the message until we resume it. */
  RequestHeld = 2,
  ResponseHeld = 4,
  RequestBodySeen = 8,
  ResponseBodySeen = 16,
  /** `config` has been chosen, if only that none applies. */
  Configured = 32,
  /** The body goes on as it is: three bits above the mark of the same body's end. */
  SkipRequestBody = 64,
  SkipResponseBody = 128,
  /** The request has become another one; the place of the callback for its answer is in the upper half. */
  Routed = 256,
  /** Its whole body is wanted, not its chunks: six bits above the mark of the same body's end. */
  BufferRequestBody = 512,
  BufferResponseBody = 1024,
  /** The plugin sends the response's body by itself. */
  ResponsePaused = 2048,
}

/**
 * The stream of this callback. Globals, and not an object: what a plugin never sets is a constant to the optimiser, and all code that asks
 * for it goes.
 */
export class running {
  /** 0 outside of a stream's callbacks. */
  static id: u32 = 0;
  /** The configuration chosen for it; 0 until then, and when none applies. */
  static config: usize = 0;
  /** The author's state object, pinned; 0 until it is asked for. */
  static state: usize = 0;
  /** Some source asks for state; where none does, its code goes. */
  static readonly keepsState: bool = isDefined(GATEWAY_USES_state);
  /** Calls under way that its messages wait for; those of the response in the upper half, because it may begin while a call holds the request's body. */
  static waiting: u32 = 0;
  static marks: u32 = 0;
  static phase: Phase = Phase.RequestHeaders;
  /** The message of the present phase has no body. */
  static endOfStream: bool = false;
  /** The author's own header status for a held message; 0 is the SDK's choice. */
  static holdStatus: u8 = 0;
  /** The last phase that some handler is registered for: until it is over a stream is remembered. */
  static lastPhase: Phase = Phase.RequestHeaders;
  /** Some plugin sends bodies by itself; never set where none does, whose code goes then. */
  static pauses: bool = false;
  /** Where the stream is remembered; 0 when it is not. */
  static record: usize = 0;
}

/** A stream between its callbacks. Raw memory. */
// @ts-ignore: decorator
@unmanaged @final
class Remembered {
  /** The table's. */
  private next: usize;
  id: u32;
  config: usize;
  state: usize;
  waiting: u32;
  marks: u32;
  phase: Phase;
  endOfStream: bool;
}

/** Of those that later phases look for. */
const STREAMS = changetype<Table>(memory.data(TABLE_SIZE));
/** So many streams are remembered before those that broke off are looked for. */
const SWEEP_AT: i32 = 256;

let remembered: i32 = 0;
let sweepAt: i32 = SWEEP_AT;

// Two that are constants once the top level has run: what they guard is neither kept nor asked for where they are false.
/** Whether streams have other callbacks than their first and those of its calls. */
// @ts-ignore: decorator
@inline export function hasPhases(): bool {
  return running.lastPhase != Phase.RequestHeaders;
}
// @ts-ignore: decorator
@inline function keepsEnd(): bool {
  return hasPhases() || isDefined(GATEWAY_USES_hasBody);
}
// @ts-ignore: decorator
@inline function isResponse(phase: Phase): bool {
  return phase >= Phase.ResponseHeaders;
}
// @ts-ignore: decorator
@inline export function isMarked(mark: Mark): bool {
  return (running.marks & mark) != 0;
}
/** One call of the message of a phase. */
// @ts-ignore: decorator
@inline function oneCall(phase: Phase): u32 {
  return isResponse(phase) ? 0x10000 : 1;
}
/** Whether calls are under way that the message of the present phase waits for. */
export function isWaiting(): bool {
  if (!hasPhases()) return running.waiting != 0;
  return (isResponse(running.phase) ? running.waiting >> 16 : running.waiting & 0xffff) != 0;
}
/** The message of the present phase waits for one more call. */
export function addWaiting(): void {
  running.waiting += oneCall(running.phase);
}
// @ts-ignore: decorator
@inline function heldMark(): Mark {
  return isResponse(running.phase) ? Mark.ResponseHeld : Mark.RequestHeld;
}
/** The message of the present phase stays with the gateway. */
export function hold(): void {
  // A request that nothing but its calls knows is held while it waits for one.
  if (hasPhases()) running.marks |= heldMark();
}
/** Resumes the message of the present phase if it is held, once. */
export function resume(): void {
  const mark = heldMark();
  if (hasPhases()) {
    if (!isMarked(mark)) return;
    running.marks &= ~mark;
  }
  if (running.pauses && mark == Mark.ResponseHeld && isMarked(Mark.ResponsePaused)) return;
  continueStream(isResponse(running.phase) ? StreamType.Response : StreamType.Request);
}

/** A stream's first callback begins. */
export function beginStream(id: u32): void {
  enterCallback();
  blank(id);
}
function blank(id: u32): void {
  running.id = id;
  running.config = 0;
  running.state = 0;
  running.waiting = 0;
  running.marks = 0;
  running.record = 0;
}
/** One of its later callbacks begins. */
export function enterStream(id: u32): void {
  enterCallback();
  const record = STREAMS.get(id);
  if (record) recall(record);
  else blank(id);
}
/** The marks of a stream outside of its callbacks; none when it is not remembered. */
export function marksOf(id: u32): u32 {
  const record = STREAMS.get(id);
  return record ? changetype<Remembered>(record).marks : 0;
}
/** The callback of a call of the message of `phase` begins; `record` is what `remember` gave. False when the stream is gone. */
export function enterCall(record: usize, phase: Phase): bool {
  enterCallback();
  recall(record);
  running.waiting -= oneCall(phase);
  return enterContext(running.id);
}
function recall(record: usize): void {
  const stream = changetype<Remembered>(record);
  running.record = record;
  running.id = stream.id;
  running.config = stream.config;
  if (running.keepsState) running.state = stream.state;
  running.waiting = stream.waiting;
  running.marks = stream.marks;
  running.phase = hasPhases() ? stream.phase : Phase.RequestHeaders;
  if (keepsEnd()) running.endOfStream = stream.endOfStream;
}

/** Ends the callback. The stream is remembered while a handler or a call will ask for it. */
export function leaveStream(): void {
  // None is running where the host has called back in the middle of this callback.
  if (running.id) {
    if (running.waiting || !isOver()) remember();
    else if (running.record) forget(running.record);
    else if (running.keepsState && running.state) __unpin(running.state);
  }
  running.id = 0;
  running.record = 0;
  leaveCallback();
}
/** Whether every handler has run. */
// @ts-ignore: decorator
@inline function isOver(): bool {
  const last = running.lastPhase;
  if (running.phase != last)
    return running.phase > last || (running.endOfStream && (running.phase | 1) == last);
  // A body comes in several callbacks.
  return !(last & 1) || isMarked(last == Phase.RequestBody ? Mark.RequestBodySeen : Mark.ResponseBodySeen);
}
/** Notes what the running stream has, for its next callback. Returns where. */
export function remember(): usize {
  if (!running.record) {
    const record = heap.alloc(offsetof<Remembered>());
    running.record = record;
    changetype<Remembered>(record).id = running.id;
    if (hasPhases()) {
      STREAMS.add(running.id, record);
      if (++remembered > sweepAt) sweep();
    }
  }
  const stream = changetype<Remembered>(running.record);
  stream.config = running.config;
  if (running.keepsState) stream.state = running.state;
  stream.waiting = running.waiting;
  stream.marks = running.marks;
  if (hasPhases()) stream.phase = running.phase;
  if (keepsEnd()) stream.endOfStream = running.endOfStream;
  return running.record;
}
/** A call of a stream that is over will not come back. */
export function waitNoMore(record: usize, phase: Phase): void {
  if (!(changetype<Remembered>(record).waiting -= oneCall(phase))) forget(record);
}
/** The host deletes a stream. */
export function forgetStream(id: u32): void {
  const record = STREAMS.get(id);
  if (record && !changetype<Remembered>(record).waiting) forget(record);
}
/** Not while a call is under way, which knows the record. */
function forget(record: usize): void {
  const stream = changetype<Remembered>(record);
  if (hasPhases()) {
    STREAMS.remove(stream.id);
    remembered--;
  }
  if (running.keepsState && stream.state) __unpin(stream.state);
  heap.free(record);
}
/** Forgets streams that ended before their last handler. To be told of each by the host would cost every request one more entry. */
function sweep(): void {
  for (let bucket = 0; bucket < TABLE_SIZE; bucket += 4) {
    let record = STREAMS.first(bucket);
    while (record) {
      const next = STREAMS.after(record);
      const stream = changetype<Remembered>(record);
      // A call that is under way knows its stream's record, and comes back even when the stream is gone.
      if (stream.id != running.id && !stream.waiting && !enterContext(stream.id)) forget(record);
      record = next;
    }
  }
  enterContext(running.id);
  sweepAt = max(SWEEP_AT, remembered * 2);
}
