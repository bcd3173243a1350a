import { putNumber, putText } from "../abi/compose";
import { BufferType, LogLevel, MapType } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { Encoded, release } from "../abi/text";
import { Bytes } from "../bytes/bytes";
import { readBuffer } from "../host/buffers";
import { readStatus, hasHeader } from "../host/headers";
import { endLine, startLine } from "../host/log";
import { Json } from "../json/json";
import { Failure } from "../stream/calls";
import { diagnosedCluster, diagnosis } from "./diagnosis";
import { failureText, failureWords } from "./failure-words";
import { HeadersView } from "./headers";

/** What the next callback is told. */
export class reply {
  /** A failure, or the service's status above the bits of one; 0 until the gateway is asked. */
  static outcome: u32 = 0;
}
const BITS: u32 = 4;
/** Less a gateway's own 504 it is `Timeout`, less 503 `ConnectFailed`, less 502 `Protocol`. */
const STATUS_AND_FAILURE: u32 = 508;

/** What came back from a call, or why nothing did. Valid inside the callback it was given to. */
// @ts-ignore: decorator
@unmanaged @final
export class HttpResponse {
  /** None when a service has answered, whatever its status. */
  get failure(): Failure {
    this.read();
    return reply.outcome & ((1 << BITS) - 1);
  }
  /** 0 when `failure` is set. */
  get status(): i32 {
    this.read();
    return reply.outcome >> BITS;
  }
  /** A service has answered with 200 to 299. */
  get ok(): bool {
    return <u32>(this.status - 200) < 100;
  }
  /** For logs and messages: `status 404`, or the failure in words. */
  get reason(): string {
    const failure = this.failure;
    return failure == Failure.None ? "status " + this.status.toString() : failureText(failure);
  }
  /** For logs, not for clients: the reason with the cluster's name, and after some failures what to look at, such as the port of a static service. */
  diagnose(): string {
    return diagnosis(this.reason, this.failure, diagnosedCluster());
  }
  /** Logs `<message>: <reason>` at level error, without making a string of it. */
  // @ts-ignore: decorator
  @inline logError(message: string): void {
    logReason(utf8(message));
  }
  /** Empty when nothing has answered. Names are found whatever their case. */
  get headers(): HeadersView {
    return changetype<HeadersView>(<usize>MapType.CallResponseHeaders + 1);
  }
  /** Empty when there are none. */
  get trailers(): HeadersView {
    return changetype<HeadersView>(<usize>MapType.CallResponseTrailers + 1);
  }
  /** A copy; each access makes one. Empty when there is none. */
  get bytes(): Bytes {
    const buffer = readBuffer(BufferType.CallResponseBody);
    return Bytes.wrap(buffer);
  }
  /** The body as UTF-8; "" when nothing has answered. */
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
    if (reply.outcome) return;
    const status = readStatus(MapType.CallResponseHeaders);
    let outcome = status << BITS;
    if (status - 100 >= 900) outcome = Failure.Protocol;
    else if (
      status - 502 < 3 &&
      !hasHeader(MapType.CallResponseHeaders, utf8("x-envoy-upstream-service-time"))
    )
      outcome = STATUS_AND_FAILURE - status;
    reply.outcome = outcome;
  }
}

/** `<message>: <failure in words>`, or `: status <status>` when there is no failure. */
function logReason(message: Encoded): void {
  const failure = changetype<HttpResponse>(1).failure;
  startLine();
  putText(message);
  putText(utf8(": "));
  if (failure == Failure.None) {
    putText(utf8("status "));
    putNumber(reply.outcome >> BITS);
  } else putText(failureWords(failure));
  endLine(LogLevel.Error);
  release();
}
