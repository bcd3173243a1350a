// Calls under way: who waits for them, and what happens when they come back. Any kind of call (HTTP, Redis) ends here.
import { LogLevel } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { lastToken } from "../host/callouts";
import { logText } from "../host/log";
import { Action, held } from "./action";
import { respond, tooLate } from "./respond";
import { enterCallback, leaveCallback, nest, unnest } from "./callback";
import {
  Mark,
  Phase,
  addWaiting,
  enterCall,
  hasPhases,
  hold,
  isBefore,
  isMarked,
  isWaiting,
  leaveCall,
  remember,
  resume,
  running,
} from "./stream";
import { Table } from "./table";

// Numbered so that a status of the host or of a service becomes one by a subtraction at most.
/** Why a call brought no reply. */
export enum Failure {
  /** It did bring one. */
  None = 0,
  /** The gateway has no such cluster: check serviceName and servicePort (static services: port 80). */
  UnknownCluster = 2,
  /** The cluster has no healthy host, its circuit breaker is open, or Redis was not initialised. */
  NoHealthyHost = 1,
  /** Method, path or a header cannot be sent. */
  InvalidRequest = 3,
  /** No answer within the timeout. */
  Timeout = 4,
  /** The connection was refused or broke before an answer. */
  ConnectFailed = 5,
  /** The answer broke off. */
  Reset = 7,
  /** The answer was not HTTP, or not RESP. */
  Protocol = 6,
  /** Redis wants another user or password. */
  Authentication = 9,
  /** Too many calls to this cluster have failed, so none was made: see `breaker`. */
  CircuitOpen = 8,
}

// @ts-ignore: decorator
@external("gateway-link", "memory 2048") declare const TABLE: usize;
const CALLS = changetype<Table>(TABLE);
// Never set by a plugin without such calls, whose code goes then.
let detachedCalls: bool = false;
let hasPayloads: bool = false;
/** In the callback's place: the call belongs to no message. */
const DETACHED: u32 = 1 << 31;

/** Whether a message of the running stream may be held; if not, `tooLate` says so. */
export function mayWait(id: u32): bool {
  return running.id == id && !isMarked(Mark.Answered) && isBefore(Phase.Log);
}

/** One call, from `send` until its callback has returned. Pinned while the host has its token. */
export abstract class Call {
  /** The table's. */
  private next: usize = 0;
  /** The host's; 0 while the call is not under way. */
  token: u32 = 0;
  /** Where the message that waits is remembered. */
  private stream: usize = 0;
  /** In which the call was sent: the message that waits for it. */
  private phase: Phase = Phase.RequestHeaders;
  private callback: u32 = 0;
  /**
   * One more object for the callback, or the root context's configuration of a detached call: of whatever class, a managed field keeps it alive.
   */
  protected payload: Call | null = null;

  /** Whether it may be sent for a message of the running stream; if not, `tooLate` says so. */
  protected maySend(id: u32): bool {
    return !this.token && mayWait(id);
  }
  /** The same for `detach`, and says so. */
  protected mayRun(): bool {
    if (this.token) tooLate();
    return !this.token;
  }
  private keep(payload: usize): void {
    if (payload) hasPayloads = true;
    if (hasPayloads) this.payload = changetype<Call | null>(payload);
  }
  /**
   * Holds the running message until the callback has decided, which runs at once when the host has not started the call. `index`: the callback's place
   * in the function table. `payload`: one more object for it, or 0.
   */
  protected wait(isStarted: bool, index: u32, payload: usize): Action {
    this.callback = index;
    this.keep(payload);
    if (!isStarted) return this.fail();
    this.register();
    if (hasPhases()) this.phase = running.phase;
    addWaiting();
    this.stream = remember();
    return held();
  }
  // The same callback, at once: one branch for every way to fail.
  private fail(): Action {
    if (!nest()) return stuck();
    const action = this.invoke();
    unnest();
    return action;
  }
  private invoke(): Action {
    // Generic callbacks are all of one shape: ids and pointers.
    const payload = hasPayloads ? changetype<usize>(this.payload) : 0;
    return payload
      ? changetype<Action>(call_indirect<usize>(this.callback, running.id, <usize>1, payload))
      : changetype<Action>(call_indirect<usize>(this.callback, running.id, <usize>1));
  }
  private register(): void {
    __pin(changetype<usize>(this));
    CALLS.add(lastToken(), changetype<usize>(this));
  }
  /** Sends as one of several; `slot` is where the reply goes. */
  abstract join(id: u32, slot: usize): Action;
  /** As `wait`, for a call that no message waits for. */
  protected detach(isStarted: bool, index: u32): void {
    detachedCalls = true;
    this.callback = index | DETACHED;
    this.keep(running.config);
    if (isStarted) this.register();
    else if (nest()) {
      call_indirect<void>(index, <usize>1, <usize>1);
      unnest();
    } else logStuck();
  }
  private finishDetached(): void {
    enterCallback();
    running.config = changetype<usize>(this.payload);
    running.phase = Phase.Log;
    call_indirect<void>(this.callback & ~DETACHED, <usize>1, <usize>1);
    leaveCallback();
  }
  /** The same call once more, under another token; false when it could not be started. The message still waits. */
  sendAgain(isStarted: bool): bool {
    if (isStarted) CALLS.add(lastToken(), changetype<usize>(this));
    return isStarted;
  }
  /** The reply is here: true when the call is on its way again in spite of it. */
  recover(): bool {
    return false;
  }
  /** The reply is here (its kind has prepared it). Runs the callback, unless the stream is gone or answered. */
  finish(): void {
    // Before its callback, which may send it again.
    __unpin(changetype<usize>(this));
    if (detachedCalls && this.callback & DETACHED) return this.finishDetached();
    enterCallback();
    const present = enterCall(this.stream, hasPhases() ? this.phase : Phase.RequestHeaders);
    if (present != Phase.Log && !isMarked(Mark.Answered) && !holds(this.invoke())) resume();
    leaveCall(present);
  }
}

/** The call a token stands for; null when it is none of ours. It is forgotten with this. */
export function takeCall(token: u32): Call | null {
  const call = CALLS.remove(token);
  // At address 0, for none, nothing stands either.
  changetype<Call>(call).token = 0;
  return changetype<Call | null>(call);
}

/** After a callback: true when the message stays where it is. */
export function holds(action: Action): bool {
  if (isWaiting()) {
    hold();
    return true;
  }
  if (action != Action.Continue && !isMarked(Mark.Answered)) stuck();
  return isMarked(Mark.Answered);
}
/** The author asked to hold a message that nothing would ever resume. Closed, not open: it may be an authorisation. */
export function stuck(): Action {
  logStuck();
  if (isBefore(Phase.ResponseBody)) return respond(running.id, 500, 0, null);
  return Action.Continue;
}
export function logStuck(): void {
  logText(LogLevel.Error, utf8("held without a call, or 16 failed at once"));
}
