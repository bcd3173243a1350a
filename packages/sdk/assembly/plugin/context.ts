// What a handler is given: one type per phase, so that what a phase cannot do does not compile. A context is the stream's id as far as
// the compiler is concerned; no object is made.
import { Bytes } from "../bytes/bytes";
import { utf8 } from "../abi/literals";
import { MapType } from "../abi/enums";
import { Headers } from "../http/headers";
import { encodePath, getPropertyNumber, getPropertyText, setPropertyText } from "../host/properties";
import { Request, RequestInfo } from "../http/request";
import { Response, ResponseInfo } from "../http/response";
import { Action } from "../stream/action";
import { Options } from "../stream/options";
import { RespondOptions, respond, sendable } from "../stream/respond";
import { LocalReply, beginReply } from "./local-reply";
import { configOf, stateOf } from "./memory";

/** Outside of requests: a start, tick or queue handler, and callbacks of calls made with `run`. */
// @ts-ignore: decorator
@unmanaged @final
export class PluginContext<C> {
  /** One of the plugin's configurations; objects in it may be replaced, requests see that at once. */
  get config(): C {
    return configOf<C>();
  }
  /** A property such as `plugin_root_id` or `xds.node.cluster`; null when it is not known outside of requests. */
  property(path: string): string | null {
    return getPropertyText(encodePath(path));
  }
}

// @ts-ignore: decorator
@unmanaged
export abstract class StreamContext<C, S> {
  /** The configuration that applies to this request: of the first rule that matches, otherwise the global one. */
  get config(): C {
    return configOf<C>();
  }
  /** What the plugin remembers of this request, from its first use until the request is over. */
  get state(): S {
    return stateOf<S>();
  }
  /** A property of the gateway such as `request.id`, as text; null when it is not known in this phase. Segments are parted by dots. */
  property(path: string): string | null {
    return getPropertyText(encodePath(path));
  }
  /** Sets a property of this request, for later plugins and access logs. One segment, without dots. */
  setProperty(name: string, value: string): void {
    setPropertyText(name, value);
  }
  /** A property that is a number, a time (nanoseconds) or a boolean (0, 1), such as `request.size`; `otherwise` when it is none, or unknown here. */
  propertyNumber(path: string, otherwise: i64 = 0): i64 {
    return getPropertyNumber(encodePath(path), otherwise);
  }
  /** Higress: a tag of the request's trace span. */
  setTraceTag(name: string, value: string): void {
    setPropertyText("trace_span_tag." + name, value);
  }
  /** For calls that no message waits for: `call.run(ctx.plugin, ...)`. */
  get plugin(): PluginContext<C> {
    return changetype<PluginContext<C>>(1);
  }
  protected get id(): u32 {
    return <u32>changetype<usize>(this);
  }
}

// @ts-ignore: decorator
@unmanaged
export abstract class AnswerableContext<C, S> extends StreamContext<C, S> {
  /**
   * Answers in the gateway's place; the message goes nowhere. Return what it returns. `status`: 200 to 599, anything else becomes 500.
   * 204 and 304 go out without a body.
   */
  // @ts-ignore: decorator
  @inline respond(status: i32, body: string = "", options: Options<RespondOptions> | null = null): Action {
    return respond(this.id, sendable(status), utf8(body), options);
  }
  /** The same, put together without objects: `return ctx.reply(429).header("retry-after", 60).send("slow down")`. */
  // @ts-ignore: decorator
  @inline reply(status: i32): LocalReply {
    return beginReply(this.id, sendable(status));
  }
  /** `respond` with bytes for a body. */
  respondBytes(status: i32, body: Bytes, options: Options<RespondOptions> | null = null): Action {
    return respond(this.id, sendable(status), ((<u64>body.length) << 32) | (<u64>body.pointer), options);
  }
}

/** Request headers: the request has not left yet, everything can change. */
// @ts-ignore: decorator
@unmanaged @final
export class RequestContext<C, S> extends AnswerableContext<C, S> {
  /** The request, whose headers can change. */
  get request(): Request {
    return changetype<Request>(1);
  }
}
/** Request body: on most gateways the headers have left, so only the body can change. */
// @ts-ignore: decorator
@unmanaged @final
export class RequestBodyContext<C, S> extends AnswerableContext<C, S> {
  /** The request; its headers have left. */
  get request(): RequestInfo {
    return changetype<RequestInfo>(1);
  }
}
/** The request's trailers: behind its body, before the whole-body handler. They can change; the headers have left. */
// @ts-ignore: decorator
@unmanaged @final
export class RequestTrailersContext<C, S> extends AnswerableContext<C, S> {
  /** The request; its headers have left. */
  get request(): RequestInfo {
    return changetype<RequestInfo>(1);
  }
  /** The trailers, which can change. */
  get trailers(): Headers {
    return changetype<Headers>(<usize>MapType.RequestTrailers + 1);
  }
}
/** Response headers: status and headers can change, or be replaced by an answer of the plugin's own. */
// @ts-ignore: decorator
@unmanaged @final
export class ResponseContext<C, S> extends AnswerableContext<C, S> {
  /** The request, as the gateway remembers it. */
  get request(): RequestInfo {
    return changetype<RequestInfo>(1);
  }
  /** The response, whose headers can change. */
  get response(): Response {
    return changetype<Response>(1);
  }
}
/** Response body: status and headers are on the wire, so there is nothing left to answer with. */
// @ts-ignore: decorator
@unmanaged @final
export class ResponseBodyContext<C, S> extends StreamContext<C, S> {
  /** The request, as the gateway remembers it. */
  get request(): RequestInfo {
    return changetype<RequestInfo>(1);
  }
  /** The response; its headers have left. */
  get response(): ResponseInfo {
    return changetype<ResponseInfo>(1);
  }
}
/** The response's trailers, such as `grpc-status`: they can change. */
// @ts-ignore: decorator
@unmanaged @final
export class ResponseTrailersContext<C, S> extends StreamContext<C, S> {
  /** The request, as the gateway remembers it. */
  get request(): RequestInfo {
    return changetype<RequestInfo>(1);
  }
  /** The response; its headers have left. */
  get response(): ResponseInfo {
    return changetype<ResponseInfo>(1);
  }
  /** The trailers, which can change. */
  get trailers(): Headers {
    return changetype<Headers>(<usize>MapType.ResponseTrailers + 1);
  }
}
/** The request is over. Read and count; nothing can be sent any more. */
// @ts-ignore: decorator
@unmanaged @final
export class LogContext<C, S> extends StreamContext<C, S> {
  /** The request as it was at the end. */
  get request(): RequestInfo {
    return changetype<RequestInfo>(1);
  }
  /** The answer as it was at the end: the service's, the gateway's or the plugin's. */
  get response(): ResponseInfo {
    return changetype<ResponseInfo>(1);
  }
}
