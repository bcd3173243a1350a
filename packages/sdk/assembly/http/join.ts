import { Action } from "../stream/action";
import { Call, Failure } from "../stream/calls";
import { tooLate } from "../stream/respond";
import { failureText } from "./failure-words";
import { Joined, Reply, Slot } from "./reply";

/** Sends one of several. */
function joinOne(call: Call, id: u32, slot: Slot): Action {
  if (!call.token) return call.join(id, changetype<usize>(slot));
  // It is under way, and comes back to whoever has sent it: the others must not wait for it.
  tooLate();
  slot.reply.failure = Failure.InvalidRequest;
  slot.reply.reason = failureText(Failure.InvalidRequest);
  return changetype<Action>(slot.join.settle());
}

/** Two calls at once. */
export class Both extends Joined {
  private first: Slot | null = null;
  private second: Slot | null = null;
  private callback: u32 = 0;
  private ctx: usize = 0;
  constructor(
    private a: Call,
    private b: Call,
  ) {
    super();
  }
  /** Sends both, and holds the message until the callback, which runs once when both are back, has returned an Action. */
  send<T>(ctx: T, callback: (ctx: T, first: Reply, second: Reply) => Action): Action {
    this.callback = callback.index;
    this.ctx = changetype<usize>(ctx);
    const first = new Slot(this);
    const second = new Slot(this);
    this.first = first;
    this.second = second;
    this.left = 2;
    const action = joinOne(this.a, <u32>this.ctx, first);
    const last = joinOne(this.b, <u32>this.ctx, second);
    return this.left ? action : last;
  }
  protected finish(): usize {
    const first = changetype<Slot>(this.first);
    const second = changetype<Slot>(this.second);
    return call_indirect<usize>(this.callback, this.ctx, first.reply, second.reply);
  }
}
/** Any number of calls at once. */
export class All extends Joined {
  private slots: Slot[] = [];
  private callback: u32 = 0;
  private ctx: usize = 0;
  constructor(private calls: Call[]) {
    super();
  }
  /** Sends all, and holds the message until the callback has returned an Action. It runs once, when all are back; at once for an empty list. */
  send<T>(ctx: T, callback: (ctx: T, replies: Reply[]) => Action): Action {
    this.callback = callback.index;
    this.ctx = changetype<usize>(ctx);
    for (let i = 0; i < this.calls.length; i++) this.slots.push(new Slot(this));
    this.left = this.calls.length;
    if (!this.left) return changetype<Action>(this.finish());
    let action = Action.Continue;
    for (let i = 0; i < this.calls.length; i++) action = joinOne(this.calls[i], <u32>this.ctx, this.slots[i]);
    return action;
  }
  protected finish(): usize {
    const replies: Reply[] = [];
    for (let i = 0; i < this.slots.length; i++) replies.push(this.slots[i].reply);
    return call_indirect<usize>(this.callback, this.ctx, replies);
  }
}

/** Two calls at once: `both(a, b).send(ctx, (ctx, a, b) => ...)`. HTTP, gRPC and Redis may be mixed. One that is under way already is `Failure.InvalidRequest`. */
export function both(a: Call, b: Call): Both {
  return new Both(a, b);
}
/** Any number of calls at once: `all([a, b, c]).send(ctx, (ctx, replies) => ...)`. */
export function all(calls: Call[]): All {
  return new All(calls);
}
