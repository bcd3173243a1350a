import { HeadersStatus, LogLevel, MapType } from "../assembly/abi/enums";
import { assumeHolding, holdsHeaders } from "../assembly/host/gateway";
import { utf8 } from "../assembly/abi/literals";
import { logText } from "../assembly/host/log";
import { Headers } from "../assembly/http/headers";
import { Action } from "../assembly/stream/action";
import { running } from "../assembly/stream/stream";

export { HeadersStatus } from "../assembly/abi/enums";

/**
 * Chooses the header status by which a message is held; for header handlers.
 *
 * - Around a call, the SDK still resumes: `return hold(call.send(ctx, callback), HeadersStatus.StopAllIterationAndBuffer)`. Without it the
 *   status is StopAllIterationAndWatermark.
 * - `return hold(Action.Continue, HeadersStatus.StopIteration)` holds the headers until the plugin's handler for the whole body (onRequestBody,
 *   rewriteRequestBody and their like for responses) has returned, which may then edit `heldHeaders`. Only where a body follows, and only on
 *   Higress (or see `assumeHeldHeaders`): other gateways would deliver no body and hang, so there the headers go on and one log line says so.
 *
 * Continue and ContinueAndEndStream hold nothing.
 */
export function hold(action: Action, status: HeadersStatus): Action {
  if (status == HeadersStatus.Continue || status == HeadersStatus.ContinueAndEndStream) return action;
  // A call that failed at once has been decided already.
  if (action == Action.Continue && status != HeadersStatus.StopIteration) return action;
  if (action == Action.Continue && !holdsHeaders()) {
    logText(LogLevel.Warn, utf8("the headers are not held: this gateway cannot hold them for the body"));
    return action;
  }
  running.holdStatus = <u8>status;
  return action;
}

/** The request's headers in a body handler, after they were held for the body. Elsewhere they have left: changes answer false. */
export function heldHeaders(): Headers {
  return changetype<Headers>(<usize>MapType.RequestHeaders + 1);
}

/**
 * Envoy holds headers for the body, too, where its operator has set `allow_on_headers_stop_iteration` for the plugin. A plugin cannot find that out: let it be
 * told by a key of its configuration, and say so here while reading it; `hold` and `onWholeRequest` then work as on Higress, in this VM. Where
 * it is not set, true makes every request with a body hang until the gateway's idle timeout.
 */
export function assumeHeldHeaders(held: bool = true): void {
  assumeHolding(held);
}
