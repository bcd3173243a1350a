import { Bytes } from "../bytes/bytes";
import { endGrpcStream, sendGrpcMessage } from "../host/grpc";
import { Cluster } from "../http/cluster";
import { failureText } from "../http/failure-words";
import { Action } from "../stream/action";
import { Failure } from "../stream/calls";
import { GrpcExchange } from "./exchange";
import { GrpcMetadata } from "./metadata";

/** Options of one gRPC stream. */
export class GrpcStreamOptions {
  /** `[name, value]` pairs. Gateways watch over no timeout of a stream; `["grpc-timeout", "5S"]` tells the service of one. */
  metadata: string[][] | null = null;
}

/**
 * A stream of messages both ways; nothing happens before `send` or `run`. One that was opened with `send` belongs to its request: what of it is still open when the request
 * is over is cancelled.
 */
export class GrpcStream extends GrpcExchange {
  constructor(cluster: Cluster, service: string, method: string, options: GrpcStreamOptions) {
    super(cluster, service, method, options.metadata);
  }

  /** Sends one message; before the stream is open, with its opening. Dropped behind `end`, and when the stream is over. */
  write(message: Bytes): this {
    if (this.isEnded || this.isOver) return this;
    if (this.token) sendGrpcMessage(this.token, message.pointer, message.length);
    else this.unsent.push(message);
    return this;
  }
  /** Says that no more messages come from here; the service may still send some. */
  end(): this {
    if (this.isEnded || this.isOver) return this;
    this.isEnded = true;
    if (this.token) endGrpcStream(this.token);
    return this;
  }
  /** Ends both directions. No callback runs for it, so a stream that a message waits for is not cancelled: its callback may do that. */
  cancel(): void {
    if (!this.mayCancel()) return;
    this.drop();
    this.unpin();
  }
  /**
   * Opens the stream and holds the message until the callback has decided. The callback runs once for each message of the service, and once, with `message` null, when
   * the stream is over, also when it could not be opened. It decides by what it returns; `wait()` waits for what comes next.
   *
   * The stream stays open behind that. A further `send`, in any phase of the same request, waits for what comes next, up to 16 messages that have come meanwhile included; more
   * break the stream off as `Failure.Reset`.
   */
  send<T>(ctx: T, callback: (ctx: T, stream: GrpcStream) => Action): Action {
    return this.attach(<u32>changetype<usize>(ctx), callback.index, 0);
  }
  /** The same with one more object for the callback, which cannot see the variables around it. */
  sendWith<T, P>(ctx: T, value: P, callback: (ctx: T, stream: GrpcStream, value: P) => Action): Action {
    if (!isManaged<P>()) ERROR("sendWith passes an object on; keep numbers in ctx.state");
    return this.attach(<u32>changetype<usize>(ctx), callback.index, changetype<usize>(value));
  }
  /**
   * Opens the stream without holding any message: from a start or tick handler (`plugin`), or from a request with `ctx.plugin`. The callback runs as that of `send`. The stream
   * belongs to no request, and is open until the service or the plugin ends it.
   */
  run<T>(plugin: T, callback: (plugin: T, stream: GrpcStream) => void): void {
    this.detach(callback.index);
  }
  /** What a callback of `send` returns to hold the message for the next message of the service, or the end. */
  wait(): Action {
    return this.awaitMore();
  }

  /** The message that the callback runs for; null when the stream is over, and outside of the callback. */
  get message(): Bytes | null {
    return this.present;
  }
  /** Whether the service may still send something; also behind `end`. */
  get isOpen(): bool {
    return this.token != 0;
  }
  /**
   * Why there was no stream, or why it broke off in the gateway: `Reset` for too many messages that nobody has waited for. None while it is open, and when it has ended
   * with a gRPC status. A cluster that does not exist is `NoHealthyHost`: gateways do not tell it apart.
   */
  get failure(): Failure {
    return this.why;
  }
  /** `grpc-status`, when the stream is over: 0 is OK. Gateways make up 14 (unavailable) in a service's place. -1 before, and when `failure` is set. */
  get status(): i32 {
    return this.code;
  }
  /** Whether the service has ended it with status 0. */
  get ok(): bool {
    return !this.code;
  }
  /** `grpc-message`, with the gateway's details behind it, or the failure in words; "" before the end. */
  get reason(): string {
    return this.why == Failure.None ? this.text : failureText(this.why);
  }
  /** What the service has sent before its first message. Empty until it is here. */
  initialMetadata(): GrpcMetadata {
    return new GrpcMetadata(this.initial);
  }
  /** What the service has sent with its status. Empty before the end. */
  trailingMetadata(): GrpcMetadata {
    return new GrpcMetadata(this.trailing);
  }
}
