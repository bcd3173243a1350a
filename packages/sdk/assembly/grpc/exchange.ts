// What gRPC streams go through, from `send` or `run` until the service, the plugin or the end of the request closes them.
import { LogLevel, Status } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { Bytes } from "../bytes/bytes";
import { lastToken } from "../host/callouts";
import {
  cancelGrpcStream,
  endGrpcStream,
  sendGrpcMessage,
  startGrpcStream,
  statusMessage,
} from "../host/grpc";
import { logText } from "../host/log";
import { Cluster } from "../http/cluster";
import { Action, held } from "../stream/action";
import { Failure, holds, logStuck, mayWait, stuck } from "../stream/calls";
import { tooLate } from "../stream/respond";
import { enterCallback, leaveCallback, nest, unnest } from "../stream/callback";
import {
  Mark,
  Phase,
  addWaiting,
  enterCall,
  isBefore,
  isMarked,
  leaveCall,
  remember,
  resume,
  running,
  waitNoMore,
} from "../stream/stream";
import { TABLE_SIZE, Table } from "../stream/table";
import { encodeMetadata, failureOf, targetOf } from "./request";

/** Those that the host has a token of. Lazy: other modules go without the table. */
// @ts-ignore: decorator
@lazy export const OPEN = changetype<Table>(memory.data(TABLE_SIZE));
/** How many of them belong to a request. */
export let bound: i32 = 0;
/** More messages than a stream keeps for the next `send`. */
const MAX_ARRIVED: i32 = 16;

/** One stream, as the gateway and the running request see it. */
export abstract class GrpcExchange {
  /** The table's. */
  private next: usize = 0;
  /** 0 while it is not open. */
  protected token: u32 = 0;
  /** The request it belongs to; 0 for none. */
  private stream: u32 = 0;
  /** Where that is remembered while a message waits. */
  private record: usize = 0;
  private phase: Phase = Phase.RequestHeaders;
  private callback: u32 = 0;
  /** One more object for the callback, of whatever class: a managed field keeps it alive. */
  private payload: GrpcExchange | null = null;
  /** Belongs to no request: the root context's configuration. */
  private background: GrpcExchange | null = null;
  /** A message waits for the next thing that arrives. */
  private waits: bool = false;
  /** The running callback has asked for more. */
  private more: bool = false;
  private isRunning: bool = false;
  private isPinned: bool = false;
  /** The plugin sends no more messages. */
  protected isEnded: bool = false;
  protected isOver: bool = false;
  /** The callback knows that it is over. */
  protected isTold: bool = false;
  protected unsent: Bytes[] = [];
  protected arrived: Bytes[] = [];
  protected present: Bytes | null = null;
  protected why: Failure = Failure.None;
  protected code: i32 = -1;
  protected text: string = "";
  protected initial: string[][] = [];
  protected trailing: string[][] = [];

  constructor(
    private cluster: Cluster,
    private service: string,
    private method: string,
    private metadata: string[][] | null,
  ) {}

  protected attach(id: u32, index: u32, payload: usize): Action {
    if (!mayWait(id)) return tooLate();
    const isNew = !this.callback;
    if (this.waits || (!isNew && this.stream != id)) {
      refuse();
      return held();
    }
    this.stream = id;
    this.phase = running.phase;
    this.callback = index;
    this.payload = changetype<GrpcExchange | null>(payload);
    if (isNew && this.open()) bound++;
    // In its own callback: the new one is for what comes next.
    if (this.isRunning) return this.awaitMore();
    if (!this.isSomethingHere() && !this.isOver) return this.waitOn();
    // Something is here already.
    if (!nest()) return stuck();
    const action = this.step();
    unnest();
    this.unpin();
    return action;
  }
  protected detach(index: u32): void {
    if (this.callback) return refuse();
    this.callback = index;
    this.background = changetype<GrpcExchange | null>(running.config || changetype<usize>(this));
    if (this.open()) return;
    if (!nest()) return logStuck();
    this.runDetached();
    unnest();
    this.unpin();
  }
  /** The running callback waits for what comes next. */
  protected awaitMore(): Action {
    if (this.isRunning && !this.isTold) this.more = true;
    return held();
  }
  private waitOn(): Action {
    addWaiting();
    this.record = remember();
    this.waits = true;
    return held();
  }
  private open(): bool {
    const target = targetOf(this.cluster);
    this.why = encodeMetadata(this.metadata);
    if (this.why == Failure.None) {
      const status = startGrpcStream(target.pointer, target.length, this.service, this.method);
      if (status != Status.Ok) this.why = failureOf(status);
      // Events of such a token would reach nobody, or another stream.
      else if (!lastToken() || OPEN.get(lastToken())) this.why = Failure.NoHealthyHost;
    }
    if (this.why != Failure.None) {
      this.isOver = true;
      return false;
    }
    const token = lastToken();
    this.token = token;
    this.pin();
    OPEN.add(token, changetype<usize>(this));
    const unsent = this.unsent;
    for (let i = 0; i < unsent.length; i++) sendGrpcMessage(token, unsent[i].pointer, unsent[i].length);
    if (this.isEnded) endGrpcStream(token);
    this.unsent = [];
    return true;
  }
  /** Runs the callback for what is here, until it has decided or waits on. */
  private step(): Action {
    let action = Action.Continue;
    this.begin();
    do {
      this.more = false;
      this.take();
      const payload = changetype<usize>(this.payload);
      action = payload
        ? changetype<Action>(
            call_indirect<usize>(this.callback, this.stream, changetype<usize>(this), payload),
          )
        : changetype<Action>(call_indirect<usize>(this.callback, this.stream, changetype<usize>(this)));
    } while (this.more && !isMarked(Mark.Answered) && this.isSomethingHere());
    this.finish();
    return this.more && !this.isTold && !isMarked(Mark.Answered) ? this.waitOn() : action;
  }
  private runDetached(): void {
    this.begin();
    while (this.isSomethingHere()) {
      this.take();
      call_indirect<void>(this.callback, <usize>1, changetype<usize>(this));
    }
    this.finish();
  }
  private isSomethingHere(): bool {
    return this.arrived.length > 0 || (this.isOver && !this.isTold);
  }
  private take(): void {
    this.present = this.arrived.length ? this.arrived.shift() : null;
    this.isTold = this.present == null;
  }
  private begin(): void {
    this.isRunning = true;
    this.pin();
  }
  private finish(): void {
    this.isRunning = false;
    this.present = null;
  }
  /** The callback is called by its number, which roots nothing; and the host has the token. */
  private pin(): void {
    if (this.isPinned) return;
    this.isPinned = true;
    __pin(changetype<usize>(this));
  }
  protected unpin(): void {
    if (!this.isPinned || this.token || this.isRunning) return;
    this.isPinned = false;
    __unpin(changetype<usize>(this));
  }

  /** Whether no message waits, which nothing would let go any more; if one does, says so. */
  protected mayCancel(): bool {
    const isAwaited = this.waits && isBefore(Phase.Log);
    if (isAwaited) logText(LogLevel.Error, utf8("a gRPC stream was not cancelled: a message waits for it"));
    return !isAwaited;
  }
  /** The stream is over for the plugin, and for the host. */
  private breakOff(): void {
    const token = this.token;
    this.isOver = true;
    if (token) {
      this.forget();
      cancelGrpcStream(token);
    }
  }
  /** The same, and nothing that is here is wanted any more. */
  protected drop(): void {
    this.arrived = [];
    this.isTold = true;
    this.breakOff();
  }
  private forget(): void {
    OPEN.remove(this.token);
    this.token = 0;
    if (this.stream) bound--;
  }
  receive(message: Bytes): void {
    if (this.arrived.length < MAX_ARRIVED) this.arrived.push(message);
    else {
      this.why = Failure.Reset;
      this.breakOff();
    }
    this.deliver();
  }
  close(status: u32): void {
    this.code = status;
    this.text = statusMessage();
    // The host has it until both directions are closed.
    if (this.isEnded) this.forget();
    this.breakOff();
    this.deliver();
  }
  /** Something is here: runs the callback, if a message waits for it, or none needs to. */
  private deliver(): void {
    if (changetype<usize>(this.background)) {
      if (!this.isRunning) {
        enterCallback();
        running.config = changetype<usize>(this.background);
        running.phase = Phase.Log;
        this.runDetached();
        leaveCallback();
      }
    } else if (this.waits) {
      this.waits = false;
      enterCallback();
      const present = enterCall(this.record, this.phase);
      if (present == Phase.Log) this.drop();
      else if (!isMarked(Mark.Answered) && !holds(this.step())) resume();
      leaveCall(present);
    }
    this.unpin();
  }
  /** The request is over. */
  abandon(): void {
    if (this.waits) waitNoMore(this.record, this.phase);
    this.waits = false;
    this.drop();
    this.unpin();
  }
  isOf(id: u32): bool {
    return this.stream == id;
  }
  set initialPairs(pairs: string[][]) {
    this.initial = pairs;
  }
  set trailingPairs(pairs: string[][]) {
    this.trailing = pairs;
  }
}
function refuse(): void {
  logText(
    LogLevel.Error,
    utf8("a gRPC stream was not sent: another message waits for it, or it is another request's"),
  );
}
