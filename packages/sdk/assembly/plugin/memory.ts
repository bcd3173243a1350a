import { running } from "../stream/stream";
import { handlers } from "./handlers";

/** The running stream's configuration. */
export function configOf<C>(): C {
  return changetype<C>(running.stream.config);
}
/** The running stream's state, made at first use and pinned until the stream is forgotten. */
export function stateOf<S>(): S {
  const stream = running.stream;
  if (!stream.state) stream.state = __pin(call_indirect<usize>(handlers.newState));
  return changetype<S>(stream.state);
}
