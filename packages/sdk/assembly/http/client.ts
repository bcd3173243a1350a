import { Status } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { isReservedText } from "../abi/names";
import { add, addEncoded, addPair, addPath, startPairs } from "../abi/pairs";
import {
  Encoded,
  Rule,
  allows,
  encode,
  encodeName,
  encodeText,
  endOfLegal,
  lengthOf,
  pointerOf,
  sizeBound,
} from "../abi/text";
import { startHttpCall } from "../host/callouts";
import { Action } from "../stream/action";
import { Call, Failure, takeCall } from "../stream/calls";
import { Options } from "../stream/options";
import { tooLate } from "../stream/respond";
import { HttpResponse, reply } from "./call-response";
import { Guard } from "./circuits";
import { Cluster } from "./cluster";
import { noteCluster } from "./diagnosis";
import { refuse } from "./headers";
import { Slot } from "./reply";

/** Options of one HTTP call. */
export class CallOptions {
  /** `[name, value]` pairs. An invalid one fails the call with `Failure.InvalidRequest`. */
  headers: string[][] | null = null;
  /** Sent in UTF-8; "" for none. */
  body: string = "";
  /** Milliseconds until `Failure.Timeout`; 0, or less, waits for ever. Default: the client's. */
  timeout: i32 = CLIENTS;
}
/** No number that anybody means. */
const CLIENTS = i32.MIN_VALUE;

function joinHttp(id: u32, response: HttpResponse, slot: Slot): usize {
  const copy = slot.reply;
  copy.failure = response.failure;
  copy.ok = response.ok;
  copy.status = response.status;
  copy.reason = response.reason;
  if (isDefined(GATEWAY_USES_diagnose)) copy.diagnosis = response.diagnose();
  if (copy.failure == Failure.None) {
    copy.headers = response.headers.entries();
    copy.bytes = response.bytes;
  }
  return slot.join.settle();
}

/** One HTTP request to a service; nothing happens before `send`. */
export class HttpCall extends Call {
  constructor(
    protected client: HttpClient,
    protected method: string,
    protected path: string,
    protected options: CallOptions | null,
  ) {
    super();
  }
  protected retries: i32 = 0;

  /** Holds the message until the callback has returned an Action. The callback runs once, also when nothing could be sent. */
  send<T>(ctx: T, callback: (ctx: T, response: HttpResponse) => Action): Action {
    return this.maySend(<u32>changetype<usize>(ctx))
      ? this.wait(this.dispatch(), callback.index, 0)
      : tooLate();
  }
  /** The same with one more object for the callback, which cannot see the variables around it. */
  sendWith<T, P>(ctx: T, value: P, callback: (ctx: T, response: HttpResponse, value: P) => Action): Action {
    if (!isManaged<P>()) ERROR("sendWith passes an object on; keep numbers in ctx.state");
    return this.maySend(<u32>changetype<usize>(ctx))
      ? this.wait(this.dispatch(), callback.index, changetype<usize>(value))
      : tooLate();
  }

  join(id: u32, slot: usize): Action {
    return this.maySend(id) ? this.wait(this.dispatch(), joinHttp.index, slot) : tooLate();
  }
  /** A safe method (GET, HEAD, OPTIONS) is tried again, at once and up to `times` times, when no service has answered. Others are not. */
  retry(times: i32): this {
    if (this.method == "GET" || this.method == "HEAD" || this.method == "OPTIONS") this.retries = times;
    return this;
  }
  /**
   * After this many failures in a row of guarded calls to the same cluster, in this VM, further ones fail at once with `Failure.CircuitOpen`, for `ms` milliseconds. Then one goes
   * out to try: its answer lets all pass again, its failure closes the door for as long once more. Whatever a service answers is no failure, 503 included; each retry counts. At
   * most 64 failing clusters are remembered; more push the one out that has failed least recently.
   */
  breaker(failures: i32, ms: i32): HttpCall {
    const call = new GuardedCall(this.client, this.method, this.path, this.options, failures, ms);
    call.retries = this.retries;
    return call;
  }
  tryAgain(): bool {
    if (this.retries <= 0) return false;
    this.retries--;
    const before = reply.outcome;
    if (this.sendAgain(this.dispatch())) return true;
    reply.outcome = before;
    return false;
  }

  /**
   * Sends without holding any message: from a start or tick handler (`plugin`), or from a request with `ctx.plugin`. The callback runs once, also
   * when nothing could be sent.
   */
  run<T>(plugin: T, callback: (plugin: T, response: HttpResponse) => void): void {
    if (this.mayRun()) this.detach(this.dispatch(), callback.index);
  }

  /** Starts the call at the host; false when it could not be started. */
  private dispatch(): bool {
    if (isDefined(GATEWAY_USES_diagnose)) this.noteCluster();
    if (isDefined(GATEWAY_USES_breaker))
      if (this instanceof GuardedCall) return changetype<GuardedCall>(this).attempt();
    return this.startNow();
  }
  noteCluster(): void {
    noteCluster(this.client.cluster);
  }
  protected startNow(): bool {
    let options: CallOptions | null = null;
    if (
      isDefined(GATEWAY_OPTION_body) ||
      isDefined(GATEWAY_OPTION_headers) ||
      isDefined(GATEWAY_OPTION_timeout)
    )
      options = this.options;
    // These may ask the gateway, which ends what is encoded.
    const name = this.client.cluster.name;
    const host = this.client.cluster.host;
    const status = this.start(name, host, options);
    // BadArgument is `UnknownCluster`, SerializationFailure `InvalidRequest`, by their numbers.
    reply.outcome = status <= Status.SerializationFailure ? <i32>status : Failure.NoHealthyHost;
    return status == Status.Ok;
  }
  /** SerializationFailure when the path or a header cannot be sent. */
  private start(name: string, host: string, options: CallOptions | null): Status {
    const headers = options && isDefined(GATEWAY_OPTION_headers) ? options.headers : null;
    const url = encodeText(this.path);
    let path = pointerOf(url);
    const last = path + lengthOf(url);
    const end = endOfLegal(path, last, Rule.Target);
    // A fragment, which stays here.
    if ((end != last) & (load<u8>(end) != 35)) return Status.SerializationFailure;
    // An absolute URL gives the authority; the cluster stays the client's.
    let authority = encode(host, Rule.Target);
    const s = path + <usize>(load<u8>(path, 4) == 115);
    // `http`, perhaps `s`, and `://`
    if ((load<u32>(path) == 0x70747468) & (load<u32>(s, 4) << 8 == 0x2f2f3a00) & (s + 7 <= end)) {
      const start = s + 7;
      // To a slash or a question mark.
      for (path = start; (path < end) & ((load<u8>(path) | 16) != 63);) path++;
      if (path > start) authority = ((<Encoded>(path - start)) << 32) | start;
    }
    const method = encodeName(this.method);
    let count = 4;
    let size: usize = 0;
    if (isDefined(GATEWAY_OPTION_headers) && headers) {
      for (let i = 0; i < headers.length; i++) {
        const pair = unchecked(headers[i]);
        const name = pair.length ? unchecked(pair[0]) : "";
        if (pair.length != 2 || !allows(name, Rule.Token) || isReservedText(name)) {
          refuse(name);
          return Status.SerializationFailure;
        }
        size += sizeBound(name) + sizeBound(unchecked(pair[1]));
      }
      count += headers.length;
    }
    if (!authority || !method) return Status.SerializationFailure;
    startPairs(count, size + lengthOf(method + url + authority) + 64);
    add(utf8(":method"), method);
    addEncoded(utf8(":path"));
    addPath(path, end);
    add(utf8(":authority"), authority);
    add(utf8(":scheme"), utf8("http"));
    if (isDefined(GATEWAY_OPTION_headers) && headers)
      for (let i = 0; i < headers.length; i++) addPair(unchecked(headers[i]), Rule.FieldValue);
    let body: Encoded = 0;
    if (isDefined(GATEWAY_OPTION_body)) if (options && options.body.length) body = encodeText(options.body);
    let timeout = this.client.timeout;
    if (isDefined(GATEWAY_OPTION_timeout) && options && options.timeout != CLIENTS) timeout = options.timeout;
    return startHttpCall(name, body, max(0, timeout));
  }
}

/** A call that is not made while its cluster fails. */
export class GuardedCall extends HttpCall {
  private guard: Guard;
  constructor(
    client: HttpClient,
    method: string,
    path: string,
    options: CallOptions | null,
    failures: i32,
    ms: i32,
  ) {
    super(client, method, path, options);
    this.guard = new Guard(failures, ms);
  }
  /** As `dispatch`, when the cluster lets it pass. */
  attempt(): bool {
    if (!this.guard.admits(this.client.cluster.name)) {
      reply.outcome = Failure.CircuitOpen;
      return false;
    }
    if (this.startNow()) return true;
    this.note(reply.outcome);
    return false;
  }
  note(failure: Failure): void {
    this.guard.note(failure);
  }
}

/** Calls a service. One client serves any number of requests; make it while reading the configuration. */
export class HttpClient {
  constructor(readonly cluster: Cluster) {}
  /** Milliseconds for calls that do not say otherwise; 0, or less, waits for ever. */
  timeout: i32 = 500;
  /** A client whose calls all fail with `Failure.UnknownCluster`. */
  static get NONE(): HttpClient {
    return new HttpClient(Cluster.NONE);
  }

  /** A GET request. `path` begins with a slash, and may hold a query. */
  get(path: string, options: Options<CallOptions> | null = null): HttpCall {
    return this.request("GET", path, options);
  }
  /** A POST request; its body is an option. */
  post(path: string, options: Options<CallOptions> | null = null): HttpCall {
    return this.request("POST", path, options);
  }
  /** A HEAD request. */
  head(path: string, options: Options<CallOptions> | null = null): HttpCall {
    return this.request("HEAD", path, options);
  }
  /** An OPTIONS request. */
  options(path: string, options: Options<CallOptions> | null = null): HttpCall {
    return this.request("OPTIONS", path, options);
  }
  /** A PUT request. */
  put(path: string, options: Options<CallOptions> | null = null): HttpCall {
    return this.request("PUT", path, options);
  }
  /** A PATCH request. */
  patch(path: string, options: Options<CallOptions> | null = null): HttpCall {
    return this.request("PATCH", path, options);
  }
  /** A DELETE request. */
  delete(path: string, options: Options<CallOptions> | null = null): HttpCall {
    return this.request("DELETE", path, options);
  }
  /** `path` may be an absolute URL: its host becomes `:authority`, the cluster stays this client's. Its fragment is dropped. */
  request(method: string, path: string, options: Options<CallOptions> | null = null): HttpCall {
    return newCall(this, method, path, options as CallOptions | null);
  }
}

// A constructor would also clear the fields that `send` sets. What only `dispatch` reads is stored without a word to the collector: a new object
// needs none, and the link step then sees that nothing is kept.
function newCall(client: HttpClient, method: string, path: string, options: CallOptions | null): HttpCall {
  const p = __new(offsetof<HttpCall>(), idof<HttpCall>());
  const call = changetype<HttpCall>(p);
  call.token = 0;
  call.payload = null;
  store<usize>(p, changetype<usize>(client), offsetof<HttpCall>("client"));
  store<usize>(p, changetype<usize>(method), offsetof<HttpCall>("method"));
  store<usize>(p, changetype<usize>(path), offsetof<HttpCall>("path"));
  store<usize>(p, changetype<usize>(options), offsetof<HttpCall>("options"));
  if (isDefined(GATEWAY_USES_retry)) {
    // These are read again.
    call.client = client;
    call.method = method;
    call.path = path;
    call.options = options;
    call.retries = 0;
  }
  return call;
}

/** `proxy_on_http_call_response`. */
export function deliverHttpCall(token: u32, headers: u32): void {
  const call = takeCall(token);
  if (!call) return;
  if (isDefined(GATEWAY_USES_diagnose)) changetype<HttpCall>(call).noteCluster();
  reply.outcome = headers ? 0 : Failure.Reset;
  if (isDefined(GATEWAY_USES_breaker))
    if (call instanceof GuardedCall) (call as GuardedCall).note(changetype<HttpResponse>(1).failure);
  if (isDefined(GATEWAY_USES_retry))
    if (changetype<HttpResponse>(1).failure != Failure.None && changetype<HttpCall>(call).tryAgain()) return;
  call.finish();
}
