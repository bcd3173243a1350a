// What calls and streams begin with.
import { Status } from "../abi/enums";
import { isReservedText } from "../abi/names";
import { addPair, startPairs } from "../abi/pairs";
import { Rule, allows, sizeBound } from "../abi/text";
import { Bytes } from "../bytes/bytes";
import { Cluster } from "../http/cluster";
import { refuse } from "../http/headers";
import { ProtoWriter } from "../protobuf/writer";
import { Failure } from "../stream/calls";

/** A serialized GrpcService. */
export function targetOf(cluster: Cluster): Bytes {
  // Without an authority gateways send the cluster's name, whose bars are none: HTTP/2 servers reset the call.
  const envoyGrpc = new ProtoWriter().text(1, cluster.name).text(2, cluster.host);
  return new ProtoWriter().message(1, envoyGrpc).take();
}
/** Begins the pairs of the request: `[name, value]`, null for none. */
export function encodeMetadata(metadata: string[][] | null): Failure {
  let size: usize = 0;
  const count = metadata ? metadata.length : 0;
  for (let i = 0; i < count; i++) {
    const pair = changetype<string[][]>(metadata)[i];
    if (pair.length != 2 || !allows(pair[0], Rule.Token) || isReservedText(pair[0])) {
      refuse(pair.length ? pair[0] : "");
      return Failure.InvalidRequest;
    }
    size += sizeBound(pair[0]) + sizeBound(pair[1]);
  }
  startPairs(count, size);
  for (let i = 0; i < count; i++) {
    const pair = changetype<string[][]>(metadata)[i];
    addPair(pair, Rule.FieldValue);
  }
  return Failure.None;
}
/** Why the host has not started a call or a stream. */
export function failureOf(status: Status): Failure {
  return status == Status.SerializationFailure
    ? Failure.InvalidRequest
    : status == Status.InternalFailure
      ? Failure.NoHealthyHost
      : Failure.UnknownCluster;
}
