// Calls under way: who waits for them, and what happens when they come back. Any kind of call (HTTP, Redis) ends here.
import { LogLevel } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { logText } from "../host/log";
import { Action, held } from "./action";
import { respond } from "./respond";
import {
  Mark,
  Phase,
  addWaiting,
  enterCall,
  enterCallback,
  hold,
  isMarked,
  isWaiting,
  leaveCallback,
  leaveStream,
  resume,
  running,
} from "./stream";
import { TABLE_SIZE, Table } from "./table";

/** Why a call brought no reply. */
export enum Failure {
  /** It did bring one. */
  None,
  /** The gateway has no such cluster: check serviceName and servicePort (static services: port 80). */
  UnknownCluster,
  /** The cluster has no healthy host, its circuit breaker is open, or Redis was not initialised. */
  NoHealthyHost,
  /** Method, path or a header cannot be sent. */
  InvalidRequest,
  /** No answer within the timeout. */
  Timeout,
  /** The connection was refused or broke before an answer. */
  ConnectFailed,
  /** The answer broke off. */
  Reset,
  /** The answer was not HTTP, or not RESP. */
  Protocol,
  /** Redis wants another user or password. */
  Authentication,
  /** Too many calls to this cluster have failed, so none was made: see `breaker`. */
  CircuitOpen,
}

/** A callback that starts a call which fails at once, whose callback starts a call ...: an end to it. */
const MAX_NESTING: i32 = 16;
const CALLS = changetype<Table>(memory.data(TABLE_SIZE));
let nesting: i32 = 0;
// Never set by a plugin without such calls, whose code goes then.
let detachedCalls: bool = false;
let callsWithPayload: bool = false;

/** A callback that runs in the middle of what has sent its call runs between `nest` and `unnest`, unless it is `isTooDeep`. */
// @ts-ignore: decorator
@inline export function isTooDeep(): bool {
  return nesting >= MAX_NESTING;
}
export function logTooDeep(): void {
  logText(
    LogLevel.Error,
    utf8("16 calls in a row failed at once, each sent by the callback of the one before"),
  );
}
// @ts-ignore: decorator
@inline export function nest(): void {
  nesting++;
}
// @ts-ignore: decorator
@inline export function unnest(): void {
  nesting--;
}
/** Whether a message of the running stream may be held; if not, one line says so. */
export function mayWait(id: u32): bool {
  if (running.id == id && !isMarked(Mark.Answered) && running.phase < Phase.Log) return true;
  logText(LogLevel.Warn, utf8("a call was not sent: its request is answered, or its time is over"));
  return false;
}

/** One call, from `send` until its callback has returned. Pinned while the host has its token. */
export abstract class Call {
  /** The table's. */
  private next: usize = 0;
  private token: u32 = 0;
  private stream: u32 = 0;
  /** In which the call was sent: the message that waits for it. */
  private phase: Phase = Phase.RequestHeaders;
  private callback: u32 = 0;
  /** One more object for the callback, of whatever class: a managed field keeps it alive. */
  private payload: Call | null = null;
  /** Belongs to no message: the root context's configuration, and its callback returns nothing. */
  private background: Call | null = null;

  /**
   * Holds the running message until the callback has decided. `token`: what the host gave for the call, 0 when it could not be started
   * (then the callback runs at once). `index`: the callback's place in the function table. `payload`: one more object for it, or 0.
   */
  protected wait(token: u32, index: u32, payload: usize): Action {
    this.stream = running.id;
    this.phase = running.phase;
    this.callback = index;
    if (payload) callsWithPayload = true;
    this.payload = changetype<Call | null>(payload);
    if (!token) return this.fail();
    __pin(changetype<usize>(this));
    CALLS.add(token, changetype<usize>(this));
    addWaiting();
    return held();
  }
  // The same callback, at once: one branch for every way to fail.
  private fail(): Action {
    if (isTooDeep()) {
      logTooDeep();
      return stuck();
    }
    nest();
    const action = this.invoke();
    unnest();
    return action;
  }
  private invoke(): Action {
    // Generic callbacks are all of one shape: ids and pointers.
    const payload = changetype<usize>(this.payload);
    return callsWithPayload && payload
      ? changetype<Action>(call_indirect<usize>(this.callback, this.stream, <usize>1, payload))
      : changetype<Action>(call_indirect<usize>(this.callback, this.stream, <usize>1));
  }
  /** Sends as one of several; `slot` is where the reply goes. */
  abstract join(id: u32, slot: usize): Action;
  /** As `wait`, for a call that no message waits for. */
  protected detach(token: u32, index: u32): void {
    detachedCalls = true;
    this.callback = index;
    this.background = changetype<Call | null>(running.config || changetype<usize>(this));
    if (token) {
      __pin(changetype<usize>(this));
      CALLS.add(token, changetype<usize>(this));
    } else call_indirect<void>(index, <usize>1, <usize>1);
  }
  private finishDetached(): void {
    enterCallback();
    running.config = changetype<usize>(this.background);
    running.phase = Phase.Log;
    call_indirect<void>(this.callback, <usize>1, <usize>1);
    __unpin(changetype<usize>(this));
    leaveCallback();
  }
  /** The same call once more, under another token; false when it could not be started. The message still waits. */
  sendAgain(token: u32): bool {
    if (!token) return false;
    CALLS.add(token, changetype<usize>(this));
    return true;
  }
  /** The reply is here (its kind has prepared it). Runs the callback, unless the stream is gone or answered. */
  finish(): void {
    if (detachedCalls && changetype<usize>(this.background)) return this.finishDetached();
    if (enterCall(this.stream, this.phase)) {
      // A response may have begun while this call held the request's body.
      const present = running.phase;
      running.phase = this.phase;
      if (!isMarked(Mark.Answered) && !holds(this.invoke())) resume();
      running.phase = max(present, running.phase);
      leaveStream();
    }
    __unpin(changetype<usize>(this));
  }
}

/** The call a token stands for; null when it is none of ours. It is forgotten with this. */
export function takeCall(token: u32): Call | null {
  const pointer = CALLS.remove(token);
  return pointer ? changetype<Call>(pointer) : null;
}

/** After a callback: true when the message stays where it is. */
export function holds(action: Action): bool {
  if (isMarked(Mark.Answered)) return true;
  if (isWaiting()) {
    hold();
    return true;
  }
  if (action == Action.Continue) return false;
  stuck();
  return isMarked(Mark.Answered);
}
/** The author asked to hold a message that nothing would ever resume. Closed, not open: it may be an authorisation. */
export function stuck(): Action {
  logText(LogLevel.Error, utf8("a message was to be held, but no call is under way"));
  if (running.phase < Phase.ResponseBody) return respond(running.id, 500, 0, null);
  return Action.Continue;
}
