import { BufferType, Status } from "../abi/enums";
import { Bytes } from "../bytes/bytes";
import { readBuffer } from "../host/buffers";
import { lastToken } from "../host/callouts";
import { startGrpcCall, statusMessage } from "../host/grpc";
import { failureText } from "../http/failure-words";
import { Cluster } from "../http/cluster";
import { Slot } from "../http/reply";
import { Action, held } from "../stream/action";
import { Call, Failure, mayWait, takeCall } from "../stream/calls";
import { Options } from "../stream/options";
import { closeStream, receiveOnStream } from "./open-streams";
import { encodeMetadata, failureOf, targetOf } from "./request";
import { GrpcStream, GrpcStreamOptions } from "./stream";

class answer {
  static failure: Failure = Failure.None;
  static status: i32 = 0;
  static message: string = "";
}

/** What came back from a gRPC call, or why nothing did. Valid inside the callback it was given to. */
// @ts-ignore: decorator
@unmanaged @final
export class GrpcResponse {
  /** None when there is a gRPC status, be it 0 or not. A cluster that does not exist is `NoHealthyHost`: gateways do not tell it apart. */
  get failure(): Failure {
    return answer.failure;
  }
  /** `grpc-status`: 0 is OK. Gateways make up 14 (unavailable) in a service's place, for a timeout too. -1 when `failure` is set. */
  get status(): i32 {
    return answer.failure == Failure.None ? answer.status : -1;
  }
  /** Whether the service has answered with status 0. */
  get ok(): bool {
    return this.status == 0;
  }
  /** `grpc-message`, or the failure in words. */
  get reason(): string {
    return answer.failure == Failure.None ? answer.message : failureText(answer.failure);
  }
  /** The message as protobuf; empty unless `ok`. */
  get bytes(): Bytes {
    if (!this.ok) return Bytes.EMPTY;
    const buffer = readBuffer(BufferType.GrpcReceiveBuffer);
    return buffer == null ? Bytes.EMPTY : Bytes.wrap(buffer);
  }
}

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
    private cluster: Cluster,
    private service: string,
    private method: string,
    private message: Bytes,
    private options: GrpcOptions,
  ) {
    super();
  }
  /** Holds the message until the callback has returned an Action. The callback runs once, also when nothing could be sent. */
  send<T>(ctx: T, callback: (ctx: T, response: GrpcResponse) => Action): Action {
    return mayWait(<u32>changetype<usize>(ctx)) ? this.wait(this.dispatch(), callback.index, 0) : held();
  }
  /** The same with one more object for the callback. */
  sendWith<T, P>(ctx: T, value: P, callback: (ctx: T, response: GrpcResponse, value: P) => Action): Action {
    if (!isManaged<P>()) ERROR("sendWith passes an object on; keep numbers in ctx.state");
    return mayWait(<u32>changetype<usize>(ctx))
      ? this.wait(this.dispatch(), callback.index, changetype<usize>(value))
      : held();
  }
  /** Sends without holding any message, as `HttpCall.run`. */
  run<T>(plugin: T, callback: (plugin: T, response: GrpcResponse) => void): void {
    this.detach(this.dispatch(), callback.index);
  }
  join(id: u32, slot: usize): Action {
    return mayWait(id) ? this.wait(this.dispatch(), joinGrpc.index, slot) : held();
  }
  private dispatch(): u32 {
    // It may ask the gateway, which ends what is encoded.
    const target = targetOf(this.cluster);
    const failure = encodeMetadata(this.options.metadata);
    if (failure != Failure.None) {
      answer.failure = failure;
      return 0;
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
    if (status == Status.Ok) return lastToken();
    answer.failure = failureOf(status);
    return 0;
  }
}
function joinGrpc(id: u32, response: GrpcResponse, slot: Slot): usize {
  const copy = slot.reply;
  copy.failure = response.failure;
  copy.ok = response.ok;
  copy.status = response.status;
  copy.reason = response.reason;
  copy.bytes = response.bytes;
  return --slot.join.left ? changetype<usize>(Action.Continue) : slot.join.finish();
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
  if (!call) return;
  answer.failure = Failure.None;
  answer.status = 0;
  answer.message = "";
  call.finish();
}
/** `proxy_on_grpc_close`: no answer comes, or the end of a stream. */
export function deliverGrpcClose(token: u32, status: u32): void {
  if (isDefined(GATEWAY_USES_stream)) if (closeStream(token, status)) return;
  const call = takeCall(token);
  if (!call) return;
  answer.failure = status ? Failure.None : Failure.Protocol;
  answer.status = status;
  answer.message = statusMessage();
  call.finish();
}
