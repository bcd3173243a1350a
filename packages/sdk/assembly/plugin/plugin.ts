import { Bytes } from "../bytes/bytes";
import { document } from "../config/part";
import { ConfigReader } from "../config/reader";
import { utf8 } from "../abi/literals";
import { setLogPrefix } from "../host/log";
import { Body, BodyView } from "../http/body";
import { SharedQueue } from "../state/queue";
import { Action } from "../stream/action";
import { Phase, running } from "../stream/stream";
import {
  LogContext,
  PluginContext,
  RequestBodyContext,
  RequestContext,
  RequestTrailersContext,
  ResponseBodyContext,
  ResponseContext,
  ResponseTrailersContext,
} from "./context";
import { BodyMode, Overflow, handlers } from "./handlers";
import { WholeRequestContext } from "./whole-request";
import { structAsJson } from "../config/struct";

/** The configuration of a plugin that takes none. */
// Default type arguments are looked up in the author's file, hence @global.
// @ts-ignore: decorator
@global
export class NoConfig {}
/** The state of a plugin that keeps none. */
// @ts-ignore: decorator
@global
export class NoState {}

/**
 * A gateway plugin: register handlers at the top of the file; what is not registered costs nothing. One handler a phase, the last counts.
 * `C` holds the configuration, `S` what is remembered of one request; both are plain classes with initialisers.
 *
 * Handlers are named functions or arrows and see their own parameters and what stands at the top of the file.
 */
// @ts-ignore: decorator
@unmanaged @final
export class Plugin<C = NoConfig, S = NoState> {
  /** `name` stands in front of every log line. */
  // @ts-ignore: decorator
  @inline constructor(name: string) {
    if (!isDefined(GATEWAY_TRANSFORM))
      ERROR(
        'add "transform": ["@gateway-plugins/sdk/transform"] to the options of asconfig.json: without it the module exports nothing that a gateway can call',
      );
    setLogPrefix(utf8(name));
    const newConfig = (): usize => changetype<usize>(instantiate<C>());
    const newState = (): usize => changetype<usize>(instantiate<S>());
    handlers.newConfig = newConfig.index;
    handlers.newState = newState.index;
    return changetype<Plugin<C, S>>(1);
  }

  /**
   * Reads the configuration: once for the global part, and once for each rule of `_rules_`. Without it the plugin takes no configuration
   * and no rules, and works on every request.
   */
  parseConfig(read: (json: ConfigReader, config: C) => void): this {
    handlers.parse = read.index;
    return this;
  }
  /**
   * In place of `parseConfig`, for a configuration that is no JSON: gets it byte for byte (empty when there is none), and returns null, or why it is refused.
   * `_rules_` are not applied.
   */
  parseRawConfig(read: (text: Bytes, config: C) => string | null): this {
    handlers.parse = read.index;
    handlers.parseRaw = read.index;
    return this;
  }
  /**
   * Also takes a configuration that arrives as a `google.protobuf.Struct`, Envoy's YAML without a `StringValue`: it becomes JSON once, when configured. Without
   * this such a configuration is refused by name. A Struct holds doubles only, so whole numbers beyond 2 ** 53 are not what was written.
   */
  acceptStruct(): this {
    handlers.toJson = structAsJson.index;
    return this;
  }
  /** A rule of `_rules_` takes from the global configuration what it does not say itself, key by key, in objects of objects, too; lists are not merged. */
  rulesInherit(): this {
    document.inherits = true;
    return this;
  }
  /** Before the request leaves. */
  onRequestHeaders(handler: (ctx: RequestContext<C, S>) => Action): this {
    handlers.requestHeaders = handler.index;
    return this;
  }
  /** The whole request body, to look at. Runs only when there is one. Over the gateway's buffer limit the client gets 413. */
  onRequestBody(handler: (ctx: RequestBodyContext<C, S>, body: BodyView) => Action): this {
    return this.requestBody(handler.index, BodyMode.View);
  }
  /** The whole request body, to change. The request loses its content-length. */
  rewriteRequestBody(handler: (ctx: RequestBodyContext<C, S>, body: Body) => Action): this {
    return this.requestBody(handler.index, BodyMode.Rewrite);
  }
  /**
   * The request body chunk by chunk; what is returned goes on in the chunk's place: return `chunk` to leave it alone. Chunk borders are
   * arbitrary. `last` does not come when the message ends with trailers. The request loses its content-length. Beside it there may be a handler of the whole body, for requests
   * that choose it with `ctx.request.bufferBody()`.
   */
  rewriteRequestChunks(handler: (ctx: RequestBodyContext<C, S>, chunk: Bytes, last: bool) => Bytes): this {
    return this.requestBody(handler.index, BodyMode.Chunks);
  }
  /**
   * The whole request, its headers held until its body is here: everything can change, and it can become another request whose answer comes back
   * (`ctx.routeCall`). In place of onRequestHeaders and the handlers of the body; runs without a body, too. The request loses its content-length; over the
   * gateway's buffer limit the client gets 413. Only Higress holds headers so (or see `assumeHeldHeaders`): elsewhere every request is answered 500, and a log
   * line says why.
   */
  onWholeRequest(handler: (ctx: WholeRequestContext<C, S>, body: Body) => Action): this {
    handlers.wholeRequest = true;
    if (isDefined(GATEWAY_USES_routeCall)) this.remember(Phase.ResponseBody);
    return this.requestBody(handler.index, BodyMode.Rewrite);
  }
  /** Before the response leaves. Does not run for the plugin's own answer. */
  onResponseHeaders(handler: (ctx: ResponseContext<C, S>) => Action): this {
    handlers.responseHeaders = handler.index;
    this.remember(Phase.ResponseHeaders);
    return this;
  }
  /** The whole response body, to look at. Its headers have left; over the gateway's buffer limit the response breaks off. */
  onResponseBody(handler: (ctx: ResponseBodyContext<C, S>, body: BodyView) => Action): this {
    return this.responseBody(handler.index, BodyMode.View);
  }
  /** The whole response body, to change. The response loses its content-length. */
  rewriteResponseBody(handler: (ctx: ResponseBodyContext<C, S>, body: Body) => Action): this {
    return this.responseBody(handler.index, BodyMode.Rewrite);
  }
  /** As `rewriteRequestChunks`, for the response. */
  rewriteResponseChunks(handler: (ctx: ResponseBodyContext<C, S>, chunk: Bytes, last: bool) => Bytes): this {
    return this.responseBody(handler.index, BodyMode.Chunks);
  }
  /** The request's trailers, where there are some: after the body, before the whole-body handler. They can change. */
  onRequestTrailers(handler: (ctx: RequestTrailersContext<C, S>) => Action): this {
    handlers.requestTrailers = handler.index;
    this.remember(Phase.RequestBody);
    return this;
  }
  /** The response's trailers, where there are some. */
  onResponseTrailers(handler: (ctx: ResponseTrailersContext<C, S>) => Action): this {
    handlers.responseTrailers = handler.index;
    this.remember(Phase.ResponseBody);
    return this;
  }
  /** A limit of the plugin's own for whole request bodies, below the gateway's. `overflow`: `Reject` (413) or `PassOn`, without the handler. */
  limitRequestBody(bytes: u32, overflow: Overflow = Overflow.Reject): this {
    handlers.requestBodyLimit = bytes;
    handlers.requestOverflow = overflow;
    return this;
  }
  /** The same for whole response bodies: longer ones go on as they are, without the handler, because their headers have left. */
  limitResponseBody(bytes: u32): this {
    handlers.responseBodyLimit = bytes;
    return this;
  }
  /**
   * Once a configuration is accepted, for each configuration object (the global one and each rule's), in every VM: a gateway has one for each worker
   * and some of its own. Calls go through `call.run(plugin, ...)`.
   */
  onStart(handler: (plugin: PluginContext<C>) => void): this {
    handlers.start = handler.index;
    return this;
  }
  /** Every `ms` milliseconds, for each configuration object, in every VM. The first time is after `ms`. `Leader` picks one VM. */
  onTick(ms: u32, handler: (plugin: PluginContext<C>) => void): this {
    handlers.tick = handler.index;
    handlers.tickPeriod = ms;
    return this;
  }
  /** A message is in the shared queue of this name, which is made if need be. Runs in one VM; take messages until `pop` gives null. */
  onQueue(name: string, handler: (plugin: PluginContext<C>, queue: SharedQueue) => void): this {
    handlers.queue = handler.index;
    handlers.queueName = name;
    return this;
  }
  /** After the last byte, for logs. Also for requests that never reached the plugin's other handlers. */
  onLog(handler: (ctx: LogContext<C, S>) => void): this {
    handlers.log = handler.index;
    this.remember(Phase.Log);
    return this;
  }

  private requestBody(index: u32, mode: BodyMode): this {
    this.remember(Phase.RequestBody);
    const isChunks = mode == BodyMode.Chunks;
    if (handlers.requestBody && isChunks != (handlers.requestBodyMode == BodyMode.Chunks)) {
      handlers.bufferedRequestBody = isChunks ? handlers.requestBody : index;
      if (!isChunks) return this;
    }
    handlers.requestBody = index;
    handlers.requestBodyMode = mode;
    return this;
  }
  private responseBody(index: u32, mode: BodyMode): this {
    this.remember(Phase.ResponseBody);
    const isChunks = mode == BodyMode.Chunks;
    if (handlers.responseBody && isChunks != (handlers.responseBodyMode == BodyMode.Chunks)) {
      handlers.bufferedResponseBody = isChunks ? handlers.responseBody : index;
      if (!isChunks) return this;
    }
    handlers.responseBody = index;
    handlers.responseBodyMode = mode;
    return this;
  }
  private remember(phase: Phase): void {
    running.lastPhase = max(running.lastPhase, phase);
  }
}
