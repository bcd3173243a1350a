// The stream whose callback is running, and what is remembered of streams between callbacks.
import { StreamType } from "../abi/enums";
import { continueStream, enterContext } from "../host/streams";
import { free } from "../runtime/free";
import { enterCallback, leaveCallback } from "./callback";
import { Mark, Phase } from "./phase";
import { Table } from "./table";

export { Mark, Phase };

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
// @ts-ignore: decorator
@external("gateway-link", "memory 2048") declare const TABLE: usize;
const STREAMS = changetype<Table>(TABLE);

// Two that are constants once the top level has run: what they guard is neither kept nor asked for where they are false.
/** Whether streams have other callbacks than their first and those of its calls. */
// @ts-ignore: decorator
@inline export function hasPhases(): bool {
  return running.lastPhase != Phase.RequestHeaders;
}
// @ts-ignore: decorator
@inline function keepsEnd(): bool {
  return (running.lastPhase & 1) != 0 || isDefined(GATEWAY_USES_hasBody) || isDefined(GATEWAY_USES_routeCall);
}
/** 0 for the request, 16 for the response. */
// @ts-ignore: decorator
@inline function messageOf(phase: Phase): u32 {
  return (<u32>phase) & 16;
}
// @ts-ignore: decorator
@inline export function isMarked(mark: Mark): bool {
  return (running.marks & mark) != 0;
}
/** Whether the present phase comes before `phase`: always, where no handler is registered for that or a later one. */
// @ts-ignore: decorator
@inline export function isBefore(phase: Phase): bool {
  return running.lastPhase < phase || running.phase < phase;
}
/** One call of the message of a phase. */
// @ts-ignore: decorator
@inline function oneCall(phase: Phase): u32 {
  return 1 << messageOf(phase);
}
/** Whether calls are under way that the message of the present phase waits for. */
export function isWaiting(): bool {
  if (!hasPhases()) return running.waiting != 0;
  return ((running.waiting >> messageOf(running.phase)) & 0xffff) != 0;
}
/** The message of the present phase waits for one more call. */
export function addWaiting(): void {
  running.waiting += oneCall(running.phase);
}
// @ts-ignore: decorator
@inline function heldMark(): Mark {
  return <Mark>((<u32>Mark.RequestHeld) << (messageOf(running.phase) >> 4));
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
    running.marks ^= mark;
  }
  if (running.pauses && mark == Mark.ResponseHeld && isMarked(Mark.ResponsePaused)) return;
  continueStream(<StreamType>(messageOf(running.phase) >> 4));
}

/** A stream's first callback begins; should one have come before it, with what that has left. */
export function beginStream(id: u32): void {
  if (hasPhases()) return enterStream(id);
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
/**
 * The callback of a call of the message of `phase` goes on with the stream; `record` is what `remember` gave. Returns the phase that the stream has
 * come to, because a response may have begun while a call held the request's body: `Log` when it is over.
 */
export function enterCall(record: usize, phase: Phase): Phase {
  recall(record);
  running.waiting -= oneCall(phase);
  const present = enterContext(running.id) ? running.phase : Phase.Log;
  if (hasPhases()) running.phase = phase;
  return present;
}
/** The callback is over. `present`: what `enterCall` gave. */
export function leaveCall(present: Phase): void {
  if (hasPhases()) running.phase = max(present, running.phase);
  leaveStream();
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
    else if (running.record || running.keepsState) forget(running.record, running.state);
  }
  running.id = 0;
  leaveCallback();
}
/** Whether every handler has run. */
// @ts-ignore: decorator
@inline function isOver(): bool {
  const last = running.lastPhase;
  if (!(last & 1)) return running.phase >= last;
  if (running.phase != last)
    return running.phase > last || (running.endOfStream && (running.phase | 1) == last);
  // A body comes in several callbacks.
  return isMarked(last == Phase.RequestBody ? Mark.RequestBodySeen : Mark.ResponseBodySeen);
}
/** Notes what the running stream has, for its next callback. Returns where. */
export function remember(): usize {
  if (!running.record) {
    const record = heap.alloc(offsetof<Remembered>());
    running.record = record;
    if (hasPhases()) {
      sweep();
      STREAMS.add(running.id, record);
    } else changetype<Remembered>(record).id = running.id;
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
  const stream = changetype<Remembered>(record);
  if (!(stream.waiting -= oneCall(phase))) forget(record, stream.state);
}
/** The host deletes a stream. */
export function forgetStream(id: u32): void {
  const record = STREAMS.get(id);
  const stream = changetype<Remembered>(record);
  if (record && !stream.waiting) forget(record, stream.state);
}
/** Not while a call is under way, which knows the record: 0 for none, and its id is none then, as at address 0 nothing stands. */
function forget(record: usize, state: usize): void {
  if (hasPhases()) STREAMS.remove(changetype<Remembered>(record).id);
  if (running.keepsState) __unpin(state);
  free(record);
}
/**
 * Forgets those in the bucket of the running stream that ended before their last handler: they are gone once every bucket has got another. To be told of each
 * by the host would cost every request one more entry.
 */
function sweep(): void {
  let record = STREAMS.first(running.id);
  while (record) {
    const next = STREAMS.after(record);
    const stream = changetype<Remembered>(record);
    // A call that is under way knows its stream's record, and comes back even when the stream is gone.
    if (!stream.waiting)
      if (enterContext(stream.id)) enterContext(running.id);
      else forget(record, stream.state);
    record = next;
  }
}
