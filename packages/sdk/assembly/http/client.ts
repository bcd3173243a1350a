import { MapType, Status } from "../abi/enums";
import { BufferType } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { isReserved } from "../abi/names";
import { addPair, startPairs } from "../abi/pairs";
import { Rule, allows, encodeText, lengthOf, pointerOf } from "../abi/text";
import { Bytes } from "../bytes/bytes";
import { readBuffer } from "../host/buffers";
import { lastToken, startHttpCall } from "../host/callouts";
import { getStatusCode, hasHeader } from "../host/headers";
import { Json } from "../json/json";
import { Action, held } from "../stream/action";
import { Call, Failure, takeCall } from "../stream/calls";
import { Options } from "../stream/options";
import { Cluster, decimal } from "./cluster";
import { HeadersView, refuse } from "./headers";

class reply {
  static failure: Failure = Failure.None;
  static headers: u32 = 0;
  /** -1 until asked for. */
  static status: i32 = -1;
}

/** What came back from a call, or why nothing did. Valid inside the callback it was given to. */
// @ts-ignore: decorator
@unmanaged @final
export class HttpResponse {
  /** None when a service has answered, whatever its status. */
  get failure(): Failure {
    this.read();
    return reply.failure;
  }
  /** 0 when `failure` is set. */
  get status(): i32 {
    this.read();
    return reply.failure == Failure.None ? reply.status : 0;
  }
  /** A service has answered with 200 to 299. */
  get ok(): bool {
    return <u32>(this.status - 200) < 100;
  }
  /** For logs and messages: `status 404`, or the failure in words. */
  get reason(): string {
    return this.failure == Failure.None ? "status " + decimal(reply.status) : failureText(reply.failure);
  }
  get headers(): HeadersView {
    return changetype<HeadersView>(<usize>MapType.CallResponseHeaders + 1);
  }
  get trailers(): HeadersView {
    return changetype<HeadersView>(<usize>MapType.CallResponseTrailers + 1);
  }
  /** A copy; each access makes one. Empty when there is none. */
  get bytes(): Bytes {
    const buffer = readBuffer(BufferType.CallResponseBody);
    return buffer == null ? Bytes.EMPTY : Bytes.wrap(buffer);
  }
  text(): string {
    return this.bytes.text();
  }
  /** Null when the body is not one valid JSON document. */
  json(): Json | null {
    return Json.parse(this.bytes);
  }
  /**
   * Gateways answer in a service's place when it does: 504 for a timeout, 503 for a connection that failed, 502 for garbage. Theirs have
   * no x-envoy-upstream-service-time. Source: Envoy's router filter.
   */
  private read(): void {
    if (reply.status >= 0) return;
    const status = reply.headers ? getStatusCode(MapType.CallResponseHeaders, utf8(":status")) : 0;
    reply.status = status;
    if (!status) reply.failure = reply.headers ? Failure.Protocol : Failure.Reset;
    else if (
      <u32>(status - 502) < 3 &&
      !hasHeader(MapType.CallResponseHeaders, utf8("x-envoy-upstream-service-time"))
    )
      reply.failure =
        status == 504 ? Failure.Timeout : status == 503 ? Failure.ConnectFailed : Failure.Protocol;
  }
}

/** A failure in words. */
export function failureText(failure: Failure): string {
  switch (failure) {
    case Failure.UnknownCluster:
      return "unknown cluster";
    case Failure.NoHealthyHost:
      return "no healthy host";
    case Failure.InvalidRequest:
      return "invalid request";
    case Failure.Timeout:
      return "timeout";
    case Failure.ConnectFailed:
      return "connection failed";
    case Failure.Reset:
      return "reset";
    default:
      return "protocol error";
  }
}

export class CallOptions {
  /** `[name, value]` pairs. An invalid one fails the call with `Failure.InvalidRequest`. */
  headers: string[][] | null = null;
  body: string = "";
  /** Milliseconds until `Failure.Timeout`; 0, or less, waits for ever. */
  timeout: i32 = 500;
}

/** One HTTP request to a service; nothing happens before `send`. */
export class HttpCall extends Call {
  constructor(
    private cluster: Cluster,
    private method: string,
    private path: string,
    private options: CallOptions | null,
  ) {
    super();
  }

  /** Holds the message until the callback has returned an Action. The callback runs once, also when nothing could be sent. */
  send<T>(ctx: T, callback: (ctx: T, response: HttpResponse) => Action): Action {
    return this.begin(<u32>changetype<usize>(ctx)) ? this.wait(this.dispatch(), callback.index, 0) : held();
  }
  /** The same with one more object for the callback, which cannot see the variables around it. */
  sendWith<T, P>(ctx: T, value: P, callback: (ctx: T, response: HttpResponse, value: P) => Action): Action {
    if (!isManaged<P>()) ERROR("sendWith passes an object on; keep numbers in ctx.state");
    return this.begin(<u32>changetype<usize>(ctx))
      ? this.wait(this.dispatch(), callback.index, changetype<usize>(value))
      : held();
  }

  /** Starts the call at the host: its token, or 0 when it could not be started. */
  private dispatch(): u32 {
    reply.headers = 0;
    reply.status = 0;
    const options = this.options;
    const headers = options ? options.headers : null;
    const host = this.splitUrl();
    const failure = this.encode(host, headers);
    if (failure != Failure.None) {
      reply.failure = failure;
      return 0;
    }
    const body = options && options.body.length ? encodeText(options.body) : 0;
    const status = startHttpCall(
      this.cluster.name,
      pointerOf(body),
      lengthOf(body),
      options ? max(0, options.timeout) : 500,
    );
    if (status == Status.Ok) return lastToken();
    reply.failure =
      status == Status.BadArgument
        ? Failure.UnknownCluster
        : status == Status.SerializationFailure
          ? Failure.InvalidRequest
          : Failure.NoHealthyHost;
    return 0;
  }
  /** An absolute URL gives the authority; the cluster stays the client's. */
  private splitUrl(): string {
    const url = this.path;
    let start = 0;
    let host = "";
    if (url.startsWith("http")) {
      const authority = url.indexOf("//") + 2;
      start = authority > 1 ? url.indexOf("/", authority) : 0;
      if (start < 0) start = url.length;
      if (start) host = url.substring(authority, start);
    }
    const fragment = url.indexOf("#");
    const path = url.substring(start, fragment < 0 ? url.length : fragment);
    this.path = path.startsWith("/") ? path : "/" + path;
    return host.length ? host : this.cluster.host;
  }
  private encode(host: string, headers: string[][] | null): Failure {
    let count = 4;
    let units = 40 + this.method.length + this.path.length + host.length;
    if (headers) {
      for (let i = 0; i < headers.length; i++) {
        if (headers[i].length != 2 || !allows(headers[i][0], Rule.Token) || isReserved(headers[i][0])) {
          refuse(headers[i].length ? headers[i][0] : "");
          return Failure.InvalidRequest;
        }
        units += headers[i][0].length + headers[i][1].length;
      }
      count += headers.length;
    }
    startPairs(count, units);
    addPair(":method", Rule.Any, this.method, Rule.Token);
    addPair(":path", Rule.Any, this.path, Rule.Target);
    addPair(":authority", Rule.Any, host, Rule.Target);
    addPair(":scheme", Rule.Any, "http", Rule.Any);
    if (headers)
      for (let i = 0; i < headers.length; i++)
        addPair(headers[i][0], Rule.Any, headers[i][1], Rule.FieldValue);
    return Failure.None;
  }
}

/** Calls a service. One client serves any number of requests; make it while reading the configuration. */
export class HttpClient {
  constructor(readonly cluster: Cluster) {}
  /** A client whose calls all fail with `Failure.UnknownCluster`. */
  static get NONE(): HttpClient {
    return new HttpClient(Cluster.NONE);
  }

  get(path: string, options: Options<CallOptions> | null = null): HttpCall {
    return this.request("GET", path, options);
  }
  post(path: string, options: Options<CallOptions> | null = null): HttpCall {
    return this.request("POST", path, options);
  }
  /** `path` may be an absolute URL: its host becomes `:authority`, the cluster stays this client's. Its fragment is dropped. */
  request(method: string, path: string, options: Options<CallOptions> | null = null): HttpCall {
    return new HttpCall(this.cluster, method, path, options as CallOptions | null);
  }
}

/** `proxy_on_http_call_response`. */
export function deliverHttpCall(token: u32, headers: u32): void {
  const call = takeCall(token);
  if (!call) return;
  reply.failure = Failure.None;
  reply.headers = headers;
  reply.status = -1;
  call.finish();
}
