// A request whose headers are held until its body is here, and the answer when it has become another one.
import { BufferType, DataStatus, HeadersStatus, LogLevel, MapType } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { holdsHeaders } from "../host/gateway";
import { removeHeader } from "../host/headers";
import { logText } from "../host/log";
import { Request } from "../http/request";
import { RouteOptions, RoutedResponse, routeRequest } from "../http/routed";
import { Action } from "../stream/action";
import { holds } from "../stream/calls";
import { Options } from "../stream/options";
import { respond } from "../stream/respond";
import { Mark, Phase, beginStream, enterStream, leaveStream, marksOf, running } from "../stream/stream";
import { AnswerableContext, ResponseContext } from "./context";
import { handlers } from "./handlers";
import { configure } from "./roots";

/** The whole request, headers and body, before any of it leaves. */
// @ts-ignore: decorator
@unmanaged @final
export class WholeRequestContext<C, S> extends AnswerableContext<C, S> {
  /** The request, whose headers can still change. */
  get request(): Request {
    return changetype<Request>(1);
  }
  /**
   * Makes the request another one, which the gateway routes, balances and sends like any, and whose answer comes to the callback of `send`. `url`: a path, or an
   * absolute URL, whose host becomes `:authority`; spaces and other characters that are not ASCII are percent-encoded, a fragment is dropped.
   */
  routeCall(method: string, url: string, options: Options<RouteOptions> = {}): RouteCall<C, S> {
    return new RouteCall<C, S>(method, url, options as RouteOptions);
  }
}

/** Nothing happens before `send`. */
export class RouteCall<C, S> {
  constructor(
    private method: string,
    private url: string,
    private options: RouteOptions,
  ) {}
  /**
   * Changes method, path and host, sets `x-envoy-original-method`, `-path` and `-host` to what they were, removes `accept-encoding`, and then the options' headers
   * and body. The gateway chooses the route anew; on Higress `ctx.request.keepRoute()` before keeps it. Return what it returns.
   *
   * The callback runs once, in place of the plugin's own response handlers, when the whole answer is here and none of it has left: it goes on, changes
   * it, calls other services or responds. It does not run when the client is gone, or when the answer is longer than the gateway buffers, which answers 500.
   * A method that is HEAD, CONNECT or no token, a URL or a header that cannot be sent, and a body for a request without one are `Failure.InvalidRequest`: one log
   * line says which, nothing has changed, and the callback runs at once, in place of the handler: `Action.Continue` then lets the request go as it was.
   */
  send(
    ctx: WholeRequestContext<C, S>,
    callback: (ctx: ResponseContext<C, S>, response: RoutedResponse) => Action,
  ): Action {
    return routeRequest(<u32>changetype<usize>(ctx), this.method, this.url, this.options, callback.index);
  }
}

export function onRequestHeaders(id: u32, endOfStream: bool): HeadersStatus {
  beginStream(id);
  running.phase = Phase.RequestHeaders;
  running.endOfStream = endOfStream;
  let status = HeadersStatus.Continue;
  if (!handlers.parse || configure()) {
    if (!holdsHeaders()) {
      logText(
        LogLevel.Error,
        utf8("this gateway cannot hold the headers of a request until its body is here"),
      );
      respond(id, 500, 0, null);
    } else if (!endOfStream) {
      removeHeader(MapType.RequestHeaders, utf8("content-length"));
      status = HeadersStatus.StopIteration;
    } else if (
      holds(
        changetype<Action>(call_indirect<usize>(handlers.requestBody, id, <usize>BufferType.RequestBody + 1)),
      )
    )
      status = HeadersStatus.StopAllIterationAndWatermark;
  }
  leaveStream();
  return status;
}

/** Whether the answer on its way is that of a call that the request became. */
export function isRouted(id: u32): bool {
  return (marksOf(id) & (Mark.Routed | Mark.Answered)) == Mark.Routed;
}
export function onRoutedHeaders(id: u32, endOfStream: bool): HeadersStatus {
  enterStream(id);
  running.phase = Phase.ResponseHeaders;
  running.endOfStream = endOfStream;
  let status = HeadersStatus.StopIteration;
  if (!endOfStream) removeHeader(MapType.ResponseHeaders, utf8("content-length"));
  else status = decide() ? HeadersStatus.StopAllIterationAndWatermark : HeadersStatus.Continue;
  leaveStream();
  return status;
}
/** Also for trailers, which end a body that never said so. */
export function onRoutedBody(id: u32, endOfStream: bool): DataStatus {
  if (!endOfStream) return DataStatus.StopIterationAndBuffer;
  enterStream(id);
  // The headers are still here: what may be done with them may be done now.
  running.phase = Phase.ResponseHeaders;
  const status = decide() ? DataStatus.StopIterationAndBuffer : DataStatus.Continue;
  running.phase = Phase.ResponseBody;
  leaveStream();
  return status;
}
/** Runs the callback. True when the answer stays where it is. */
function decide(): bool {
  const callback = running.marks >> 16;
  running.marks = (running.marks & ~Mark.Routed) | Mark.ResponseBodySeen;
  return holds(changetype<Action>(call_indirect<usize>(callback, running.id, <usize>1)));
}
