import { BufferType, Status } from "../abi/enums";
import { isReservedText } from "../abi/names";
import { addPair, startPairs } from "../abi/pairs";
import { Rule, allows } from "../abi/text";
import { Bytes } from "../bytes/bytes";
import { readBuffer } from "../host/buffers";
import { lastToken } from "../host/callouts";
import { startGrpcCall, statusMessage } from "../host/grpc";
import { failureText } from "../http/failure-words";
import { Cluster } from "../http/cluster";
import { refuse } from "../http/headers";
import { Slot } from "../http/reply";
import { ProtoWriter } from "../protobuf/writer";
import { Action, held } from "../stream/action";
import { Call, Failure, takeCall } from "../stream/calls";
import { Options } from "../stream/options";

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
    return this.begin(<u32>changetype<usize>(ctx)) ? this.wait(this.dispatch(), callback.index, 0) : held();
  }
  /** The same with one more object for the callback. */
  sendWith<T, P>(ctx: T, value: P, callback: (ctx: T, response: GrpcResponse, value: P) => Action): Action {
    if (!isManaged<P>()) ERROR("sendWith passes an object on; keep numbers in ctx.state");
    return this.begin(<u32>changetype<usize>(ctx))
      ? this.wait(this.dispatch(), callback.index, changetype<usize>(value))
      : held();
  }
  /** Sends without holding any message, as `HttpCall.run`. */
  run<T>(plugin: T, callback: (plugin: T, response: GrpcResponse) => void): void {
    this.detach(this.dispatch(), callback.index);
  }
  join(id: u32, slot: usize): Action {
    return this.begin(id) ? this.wait(this.dispatch(), joinGrpc.index, slot) : held();
  }
  private dispatch(): u32 {
    const failure = this.encodeMetadata();
    if (failure != Failure.None) {
      answer.failure = failure;
      return 0;
    }
    // Without an authority gateways send the cluster's name, whose bars are none: HTTP/2 servers reset the call.
    const envoyGrpc = new ProtoWriter().text(1, this.cluster.name).text(2, this.cluster.host);
    const target = new ProtoWriter().message(1, envoyGrpc).take();
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
    answer.failure =
      status == Status.SerializationFailure
        ? Failure.InvalidRequest
        : status == Status.InternalFailure
          ? Failure.NoHealthyHost
          : Failure.UnknownCluster;
    return 0;
  }
  private encodeMetadata(): Failure {
    const metadata = this.options.metadata;
    let units = 0;
    const count = metadata ? metadata.length : 0;
    for (let i = 0; i < count; i++) {
      const pair = changetype<string[][]>(metadata)[i];
      if (pair.length != 2 || !allows(pair[0], Rule.Token) || isReservedText(pair[0])) {
        refuse(pair.length ? pair[0] : "");
        return Failure.InvalidRequest;
      }
      units += pair[0].length + pair[1].length;
    }
    startPairs(count, <usize>units * 3);
    for (let i = 0; i < count; i++) {
      const pair = changetype<string[][]>(metadata)[i];
      addPair(pair, Rule.FieldValue);
    }
    return Failure.None;
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
}

/** `proxy_on_grpc_receive`: the answer's message. */
export function deliverGrpcMessage(token: u32): void {
  const call = takeCall(token);
  if (!call) return;
  answer.failure = Failure.None;
  answer.status = 0;
  answer.message = "";
  call.finish();
}
/** `proxy_on_grpc_close`: no message comes. */
export function deliverGrpcClose(token: u32, status: u32): void {
  const call = takeCall(token);
  if (!call) return;
  answer.failure = status ? Failure.None : Failure.Protocol;
  answer.status = status;
  answer.message = statusMessage();
  call.finish();
}
