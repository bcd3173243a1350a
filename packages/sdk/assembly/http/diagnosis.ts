import { putString, putText, startText, takeText } from "../abi/compose";
import { utf8 } from "../abi/literals";
import { Failure } from "../stream/calls";
import { Cluster } from "./cluster";

// The cluster of the reply whose callback runs. Set only in modules that diagnose.
class diagnosed {
  static cluster: Cluster | null = null;
}
export function noteCluster(cluster: Cluster): void {
  diagnosed.cluster = cluster;
}

export function diagnosedCluster(): string {
  const cluster = diagnosed.cluster;
  return cluster ? cluster.name : "";
}

/** What went wrong, where, and what to look at. `isGrpc`: gateways do not tell a cluster that is not there from one without a host. */
export function diagnosis(reason: string, failure: Failure, name: string, isGrpc: bool = false): string {
  if (isGrpc && failure == Failure.NoHealthyHost && isStaticElsewhere(name)) failure = Failure.UnknownCluster;
  startText();
  putString(reason);
  putText(utf8(": cluster "));
  putString(name.length ? name : "without a name");
  if (failure == Failure.UnknownCluster) {
    if (isStaticElsewhere(name))
      putText(utf8("; the port of a static service is 80, whatever the port of its addresses"));
    else putText(utf8("; check the service's name, with its type, and its port"));
  } else if (failure == Failure.NoHealthyHost) {
    if (isGrpc) putText(utf8("; there is no such cluster, or"));
    else putText(utf8(";"));
    putText(utf8(" its hosts are down, it has none, or its circuit breaker in the gateway is open"));
  } else if (failure == Failure.Authentication) putText(utf8("; check the user and the password"));
  return takeText();
}
/** `outbound|8080||name.static` */
function isStaticElsewhere(name: string): bool {
  return name.startsWith("outbound|") && !name.startsWith("outbound|80|") && name.endsWith(".static");
}
