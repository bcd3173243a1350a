import { putNumber, putString, putText } from "../abi/compose";
import { BufferType, LogLevel } from "../abi/enums";
import { utf8 } from "../abi/literals";
import { Encoded, release } from "../abi/text";
import { Bytes } from "../bytes/bytes";
import { readBuffer } from "../host/buffers";
import { endLine, startLine } from "../host/log";
import { diagnosedCluster, diagnosis } from "../http/diagnosis";
import { failureText, failureWords } from "../http/failure-words";
import { Failure } from "../stream/calls";

/** Of gRPC's statuses. */
const UNAVAILABLE: i32 = 14;

/** What the next callback is told. */
export class answer {
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
  /** For logs, not for clients: the reason with the cluster's name, and after some failures what to look at, such as the port of a static service. */
  diagnose(): string {
    const failure = this.failure;
    const reason =
      failure == Failure.None ? "status " + answer.status.toString() + ", " + answer.message : this.reason;
    return diagnosis(reason, failure, diagnosedCluster(), true);
  }
  /** Logs `<message>: <reason>` at level error, or `<message>: status <status>, <reason>` when there is a status. */
  // @ts-ignore: decorator
  @inline logError(message: string): void {
    logReason(utf8(message));
  }
  /** The message as protobuf; empty unless `ok`. */
  get bytes(): Bytes {
    if (!this.ok) return Bytes.EMPTY;
    const buffer = readBuffer(BufferType.GrpcReceiveBuffer);
    return Bytes.wrap(buffer);
  }
}
function logReason(message: Encoded): void {
  startLine();
  putText(message);
  putText(utf8(": "));
  if (answer.failure == Failure.None) {
    putText(utf8("status "));
    putNumber(answer.status);
    putText(utf8(", "));
    putString(answer.message);
  } else putText(failureWords(answer.failure));
  endLine(LogLevel.Error);
  release();
}
/** Whether it is the gateway's, in place of a service that has not answered. The gateway says behind a message, or in its place, where that is from. */
export function isGateways(): bool {
  return (
    answer.status == UNAVAILABLE &&
    !answer.message.endsWith("via_upstream}") &&
    answer.message != "via_upstream"
  );
}
