// Which clusters fail, as seen by this VM.
import { nowNanoseconds } from "../host/time";
import { Failure } from "../stream/calls";

/** Of a call that is not made while its cluster fails. */
export class Guard {
  /** Of the last attempt: a route's may be another one by the time it is over. */
  private cluster: string = "";
  private isTrial: bool = false;
  constructor(
    private failures: i32,
    private ms: i32,
  ) {}
  /** Before each attempt: whether it may be made. */
  admits(cluster: string): bool {
    this.cluster = cluster;
    const admission = circuits.admit(cluster, this.failures, this.ms);
    this.isTrial = admission == Admission.Trial;
    return admission != Admission.Refused;
  }
  /** How the last attempt has ended. */
  note(failure: Failure): void {
    // That is the plugin's fault.
    if (failure == Failure.InvalidRequest) return;
    if (failure == Failure.None) circuits.succeeded(this.cluster);
    else circuits.failed(this.cluster, this.failures, this.ms, this.isTrial);
  }
}

/** Whether a call may be made. */
const enum Admission {
  Refused,
  /** The one that tries whether its cluster answers again. */
  Trial,
  Free,
}

/** Of a cluster whose last call failed; pinned while it is in the list. */
class Circuit {
  failures: i32 = 0;
  /** Milliseconds since the Unix epoch. */
  openUntil: i64 = 0;
  /** A pointer, as the list's own: a class that a global names would be in every module. */
  next: usize = 0;
  constructor(readonly cluster: string) {}
}

const MAX_CIRCUITS: i32 = 64;

namespace circuits {
  // That which has failed last is the first.
  let first: usize = 0;

  /** A trial that nobody answers for `ms` is followed by another one. */
  export function admit(cluster: string, failures: i32, ms: i32): Admission {
    let at = first;
    while (at && changetype<Circuit>(at).cluster != cluster) at = changetype<Circuit>(at).next;
    if (!at || changetype<Circuit>(at).failures < failures) return Admission.Free;
    const now = nowMs();
    if (now < changetype<Circuit>(at).openUntil) return Admission.Refused;
    changetype<Circuit>(at).openUntil = now + ms;
    return Admission.Trial;
  }
  export function succeeded(cluster: string): void {
    take(cluster);
  }
  /** Calls that were under way when it opened do not keep it open. */
  export function failed(cluster: string, failures: i32, ms: i32, isTrial: bool): void {
    const circuit = take(cluster) || new Circuit(cluster);
    circuit.next = first;
    first = __pin(changetype<usize>(circuit));
    if (++circuit.failures == failures || isTrial) circuit.openUntil = nowMs() + ms;
  }
  /** Takes it out of the list; where it is not, the last of a full list goes. */
  function take(cluster: string): Circuit | null {
    let before: usize = 0;
    let at = first;
    for (let left = MAX_CIRCUITS; at; left--) {
      const circuit = changetype<Circuit>(at);
      const isIt = circuit.cluster == cluster;
      if (isIt || left == 1) {
        if (before) changetype<Circuit>(before).next = circuit.next;
        else first = circuit.next;
        __unpin(at);
        return isIt ? circuit : null;
      }
      before = at;
      at = circuit.next;
    }
    return null;
  }
  function nowMs(): i64 {
    return nowNanoseconds() / 1_000_000;
  }
}
