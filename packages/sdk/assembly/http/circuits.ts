// Which clusters fail, as seen by this VM.
import { nowNanoseconds } from "../host/time";

/** Whether a call may be made. */
export const enum Admission {
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

export namespace circuits {
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
