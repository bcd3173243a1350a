import { Status } from "../abi/enums";
import { Bytes } from "../bytes/bytes";
import { startGrpcCall, statusMessage } from "../host/grpc";
import { Guard } from "../http/circuits";
import { Cluster } from "../http/cluster";
import { noteCluster } from "../http/diagnosis";
import { Slot } from "../http/reply";
import { Action } from "../stream/action";
import { Call, Failure, takeCall } from "../stream/calls";
import { Options } from "../stream/options";
import { tooLate } from "../stream/respond";
import { closeStream, receiveOnStream } from "./open-streams";
import { encodeMetadata, failureOf, targetOf } from "./request";
import { GrpcResponse, answer, isGateways } from "./response";
import { GrpcStream, GrpcStreamOptions } from "./stream";

/** Options of one gRPC call. */
export class GrpcOptions {
  /** `[name, value]` pairs. */
  metadata: string[][] | null = null;
  /** Milliseconds; 0 waits for ever. */
  timeout: i32 = 500;
}

/** One gRPC request with one answer; nothing happens before `send`. */
export class GrpcCall extends Call {
  constructor(
    protected cluster: Cluster,
    private service: string,
    private method: string,
    private message: Bytes,
    private options: GrpcOptions,
  ) {
    super();
  }
  /** Holds the message until the callback has returned an Action. The callback runs once, also when nothing could be sent. */
  send<T>(ctx: T, callback: (ctx: T, response: GrpcResponse) => Action): Action {
    return this.maySend(<u32>changetype<usize>(ctx))
      ? this.wait(this.dispatch(), callback.index, 0)
      : tooLate();
  }
  /** The same with one more object for the callback. */
  sendWith<T, P>(ctx: T, value: P, callback: (ctx: T, response: GrpcResponse, value: P) => Action): Action {
    if (!isManaged<P>()) ERROR("sendWith passes an object on; keep numbers in ctx.state");
    return this.maySend(<u32>changetype<usize>(ctx))
      ? this.wait(this.dispatch(), callback.index, changetype<usize>(value))
      : tooLate();
  }
  /** Sends without holding any message, as `HttpCall.run`. */
  run<T>(plugin: T, callback: (plugin: T, response: GrpcResponse) => void): void {
    if (this.mayRun()) this.detach(this.dispatch(), callback.index);
  }
  join(id: u32, slot: usize): Action {
    return this.maySend(id) ? this.wait(this.dispatch(), joinGrpc.index, slot) : tooLate();
  }
  /**
   * As `HttpCall.breaker`: after this many failures in a row of guarded calls to the same cluster, further ones fail at once with `Failure.CircuitOpen`, for `ms` milliseconds.
   * A status that the gateway makes up in a service's place is a failure, too, whatever the service answers is none.
   */
  breaker(failures: i32, ms: i32): GrpcCall {
    return new GuardedGrpcCall(
      this.cluster,
      this.service,
      this.method,
      this.message,
      this.options,
      failures,
      ms,
    );
  }
  noteCluster(): void {
    noteCluster(this.cluster);
  }
  private dispatch(): bool {
    if (isDefined(GATEWAY_USES_diagnose)) this.noteCluster();
    if (isDefined(GATEWAY_USES_breaker))
      if (this instanceof GuardedGrpcCall) return changetype<GuardedGrpcCall>(this).attempt();
    return this.startNow();
  }
  protected startNow(): bool {
    // It may ask the gateway, which ends what is encoded.
    const target = targetOf(this.cluster);
    const failure = encodeMetadata(this.options.metadata);
    if (failure != Failure.None) {
      answer.failure = failure;
      return false;
    }
    const status = startGrpcCall(
      target.pointer,
      target.length,
      this.service,
      this.method,
      this.message.pointer,
      this.message.length,
      max(0, this.options.timeout),
    );
    if (status == Status.Ok) return true;
    answer.failure = failureOf(status);
    return false;
  }
}
/** A call that is not made while its cluster fails. */
export class GuardedGrpcCall extends GrpcCall {
  private guard: Guard;
  constructor(
    cluster: Cluster,
    service: string,
    method: string,
    message: Bytes,
    options: GrpcOptions,
    failures: i32,
    ms: i32,
  ) {
    super(cluster, service, method, message, options);
    this.guard = new Guard(failures, ms);
  }
  /** As `dispatch`, when the cluster lets it pass. */
  attempt(): bool {
    if (!this.guard.admits(this.cluster.name)) {
      answer.failure = Failure.CircuitOpen;
      return false;
    }
    if (this.startNow()) return true;
    this.guard.note(answer.failure);
    return false;
  }
  /** The answer is here. */
  note(): void {
    this.guard.note(isGateways() ? Failure.ConnectFailed : answer.failure);
  }
}
function joinGrpc(id: u32, response: GrpcResponse, slot: Slot): usize {
  const copy = slot.reply;
  copy.failure = response.failure;
  copy.ok = response.ok;
  copy.status = response.status;
  copy.reason = response.reason;
  copy.bytes = response.bytes;
  if (isDefined(GATEWAY_USES_diagnose)) copy.diagnosis = response.diagnose();
  return slot.join.settle();
}

/** Calls a gRPC service of one cluster, which must speak HTTP/2. Messages are bytes: `ProtoWriter` and `ProtoReader` make and read them. */
export class GrpcClient {
  constructor(readonly cluster: Cluster) {}
  /** A client whose calls all fail with `Failure.UnknownCluster`. */
  static get NONE(): GrpcClient {
    return new GrpcClient(Cluster.NONE);
  }
  /** `service` with its package: `envoy.service.auth.v3.Authorization`. */
  call(service: string, method: string, message: Bytes, options: Options<GrpcOptions> = {}): GrpcCall {
    return new GrpcCall(this.cluster, service, method, message, options as GrpcOptions);
  }
  /** A stream of messages both ways; it opens with `send` or `run`. */
  stream(service: string, method: string, options: Options<GrpcStreamOptions> = {}): GrpcStream {
    return new GrpcStream(this.cluster, service, method, options as GrpcStreamOptions);
  }
}

/** `proxy_on_grpc_receive`: a call's answer, or one message of a stream. */
export function deliverGrpcMessage(token: u32): void {
  if (isDefined(GATEWAY_USES_stream)) if (receiveOnStream(token)) return;
  const call = takeCall(token);
  if (call) deliver(call, Failure.None, 0, "");
}
/** `proxy_on_grpc_close`: no answer comes, or the end of a stream. */
export function deliverGrpcClose(token: u32, status: u32): void {
  if (isDefined(GATEWAY_USES_stream)) if (closeStream(token, status)) return;
  const call = takeCall(token);
  if (call) deliver(call, status ? Failure.None : Failure.Protocol, status, statusMessage());
}
function deliver(call: Call, failure: Failure, status: i32, message: string): void {
  answer.failure = failure;
  answer.status = status;
  answer.message = message;
  if (isDefined(GATEWAY_USES_diagnose)) changetype<GrpcCall>(call).noteCluster();
  if (isDefined(GATEWAY_USES_breaker))
    if (call instanceof GuardedGrpcCall) changetype<GuardedGrpcCall>(call).note();
  call.finish();
}
