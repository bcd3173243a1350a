import { running } from "../stream/stream";
import { handlers } from "./handlers";

/** The running stream's configuration. The transform refuses a plugin that reads one and makes none. */
export function configOf<C>(): C {
  return changetype<C>(running.config);
}
/** The running stream's state, made at first use and pinned until the last handler that can see it is over. */
export function stateOf<S>(): S {
  if (!running.state) running.state = __pin(call_indirect<usize>(handlers.newState));
  return changetype<S>(running.state);
}
