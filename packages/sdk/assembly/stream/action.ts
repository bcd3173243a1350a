/**
 * What happens to the message now. Every handler, and every callback of a call, returns one:
 *
 * - `return Action.Continue`: go on, and resume if the message was held;
 * - `return ctx.respond(403)`: answer in the gateway's place;
 * - `return call.send(ctx, callback)`: hold the message until the callback has decided.
 */
// An @unmanaged class is a number to the compiler: no object is made.
// @ts-ignore: decorator
@unmanaged @final
export class Action {
  protected readonly brand: bool;

  /** The message goes on. */
  static get Continue(): Action {
    return changetype<Action>(1);
  }
}

/** What `send` and `respond` return: the message stays where it is. */
// @ts-ignore: decorator
@inline export function held(): Action {
  return changetype<Action>(2);
}
