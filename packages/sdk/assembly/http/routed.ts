// A request that becomes another one, and the answer to it.
import { BufferType, LogLevel, MapType } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { isReservedText } from "../abi/names";
import { Rule, allows, encodeText, lengthOf, pointerOf, release } from "../abi/text";
import { Bytes } from "../bytes/bytes";
import { putPercent } from "../bytes/percent";
import { ByteSink } from "../bytes/sink";
import { writeBuffer } from "../host/buffers";
import { removeHeader, replaceHeader } from "../host/headers";
import { logText } from "../host/log";
import { getPropertyText } from "../host/properties";
import { Json } from "../json/json";
import { Action, held } from "../stream/action";
import { Failure } from "../stream/calls";
import { Mark, Phase, isMarked, running } from "../stream/stream";
import { Url } from "../web/url";
import { Body } from "./body";
import { failureText } from "./failure-words";
import { Headers, refuse } from "./headers";
import { getPseudo, refusePseudo } from "./pseudo";
import { Response } from "./response";

/** What the request becomes, besides its method and URL. */
export class RouteOptions {
  /** `[name, value]` pairs; each replaces what the request has under this name. Other headers stay. */
  headers: string[][] | null = null;
  /** In place of the request's body; null leaves that as it is. A request without a body cannot get one. */
  body: string | null = null;
}

// Set while the callback of a call that was refused runs.
let refused: bool = false;

/**
 * The answer to a request that became another one, whole and not sent yet, or why the request did not become it. Valid inside the callback it
 * was given to.
 */
// @ts-ignore: decorator
@unmanaged @final
export class RoutedResponse {
  /**
   * `InvalidRequest`: nothing was changed and nothing sent. `Timeout`, `ConnectFailed`, `Protocol`: the gateway has answered 504, 503 or 502 in
   * the service's place, and `Action.Continue` passes that on.
   */
  get failure(): Failure {
    if (refused) return Failure.InvalidRequest;
    const status = this.status;
    if (<u32>(status - 502) > 2) return Failure.None;
    const details = getPropertyText(utf8("response\0code_details"));
    if (details != null && details == "via_upstream") return Failure.None;
    return status == 504 ? Failure.Timeout : status == 503 ? Failure.ConnectFailed : Failure.Protocol;
  }
  /** 200 to 299, and no failure. */
  get ok(): bool {
    return <u32>(this.status - 200) < 100;
  }
  /** For logs and messages: `status 404`, or the failure in words. */
  get reason(): string {
    const failure = this.failure;
    return failure == Failure.None ? "status " + this.status.toString() : failureText(failure);
  }
  /** 0 when the gateway has none. To change it: `ctx.response.status`. */
  get status(): i32 {
    return changetype<Response>(1).status;
  }
  /** They have not left: everything can change. */
  get headers(): Headers {
    return changetype<Headers>(<usize>MapType.ResponseHeaders + 1);
  }
  /** To change it; the answer loses its content-length. An answer without a body cannot get one. */
  get body(): Body {
    return changetype<Body>(<usize>BufferType.ResponseBody + 1);
  }
  /** A copy; each access makes one. Empty when there is none. */
  get bytes(): Bytes {
    return this.body.bytes;
  }
  /** The body as UTF-8, see `Bytes.text`. */
  text(): string {
    return this.body.text();
  }
  /** Null when the body is not one valid JSON document. */
  json(): Json | null {
    return this.body.json();
  }
}

/** Makes the running request another one. Its answer is given to the callback, a place in the function table. */
export function routeRequest(
  id: u32,
  method: string,
  url: string,
  options: RouteOptions,
  callback: u32,
): Action {
  if (running.id != id || isMarked(Mark.Answered | Mark.Routed) || running.phase > Phase.RequestBody) {
    logText(
      LogLevel.Warn,
      utf8("a request was not routed: it is answered, on its way, or has become another one already"),
    );
    return held();
  }
  if (!rewrite(method, url, options)) {
    refused = true;
    const action = call_indirect<usize>(callback, id, <usize>1);
    refused = false;
    return changetype<Action>(action);
  }
  running.marks |= Mark.Routed | (callback << 16);
  return Action.Continue;
}

/** Checks everything before it changes anything: no request is half another one. */
function rewrite(method: string, url: string, options: RouteOptions): bool {
  const before = getPseudo(utf8(":method"));
  if (!allows(method, Rule.Token) || isFramedApart(method) || isFramedApart(before)) {
    refusePseudo(utf8(":method"));
    return false;
  }
  const parts = Url.split(url);
  const target = targetOf(parts);
  const authority = parts.authority;
  if (target == null || (authority != null && !allows(authority, Rule.Target))) {
    refusePseudo(utf8(":path"));
    return false;
  }
  const headers = options.headers || [];
  for (let i = 0; i < headers.length; i++) {
    const pair = headers[i];
    const name = pair.length ? pair[0] : "";
    if (
      pair.length != 2 ||
      !allows(name, Rule.Token) ||
      isReservedText(name) ||
      !allows(pair[1], Rule.FieldValue)
    )
      return refuse(name);
  }
  if (options.body != null && running.endOfStream) {
    logText(LogLevel.Error, utf8("a request without a body cannot get one"));
    return false;
  }
  set("x-envoy-original-method", before);
  set("x-envoy-original-path", getPseudo(utf8(":path")));
  set("x-envoy-original-host", getPseudo(utf8(":authority")));
  // The answer is to be read.
  removeHeader(MapType.RequestHeaders, utf8("accept-encoding"));
  set(":method", method);
  set(":path", target);
  if (authority != null) set(":authority", authority);
  for (let i = 0; i < headers.length; i++) set(headers[i][0], headers[i][1]);
  const body = options.body;
  if (body != null) {
    const text = encodeText(body);
    writeBuffer(BufferType.RequestBody, 0, i32.MAX_VALUE, pointerOf(text), lengthOf(text));
    release();
  }
  return true;
}
/** Whose responses are framed in another way. */
function isFramedApart(method: string): bool {
  return method == "HEAD" || method == "CONNECT" || !method.length;
}
function set(name: string, value: string): void {
  replaceHeader(MapType.RequestHeaders, encodeText(name), encodeText(value));
}
/** Path and query as they go into a request line: spaces and what is not ASCII as `%XX`. Null for control characters. */
function targetOf(url: Url): string | null {
  const query = url.query;
  const text = Bytes.of(query == null ? url.path : url.path + "?" + query);
  const sink = new ByteSink(text.length + 1);
  if (!url.path.startsWith("/")) sink.byte(47);
  for (let i = 0; i < text.length; i++) {
    const c: u32 = text.at(i);
    if (c < 32 || c == 127) return null;
    if (c > 32 && c < 127) sink.byte(c);
    else putPercent(sink, c);
  }
  return sink.take().text();
}
