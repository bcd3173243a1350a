import { running } from "../stream/stream";
import { handlers } from "./handlers";

/** The running stream's configuration. */
export function configOf<C>(): C {
  if (!isDefined(GATEWAY_USES_parseConfig) && !isDefined(GATEWAY_USES_parseRawConfig))
    ERROR(
      "the plugin reads ctx.config, and nothing has made it: register .parseConfig((json, config) => ...) first, even if it reads no key",
    );
  return changetype<C>(running.config);
}
/** The running stream's state, made at first use and pinned until the last handler that can see it is over. */
export function stateOf<S>(): S {
  if (!running.state) running.state = __pin(call_indirect<usize>(handlers.newState));
  return changetype<S>(running.state);
}
