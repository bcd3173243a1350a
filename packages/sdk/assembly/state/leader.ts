import { nowNanoseconds } from "../host/time";
import { SharedCounter, SharedValue } from "./shared-value";

let vm: i64 = 0;

/** A number of this VM that no other VM of the gateway process has, from 1 on. */
export function vmNumber(): i64 {
  if (!vm) vm = new SharedCounter("gateway-plugins.vm").add();
  return vm;
}

/**
 * One VM among all workers of a gateway process, for work that should happen once: `if (leader.campaign()) ...` in a tick. The leader keeps a
 * lease, and loses it when it has not campaigned for that long; another VM gets it then. Leadership is per process, not per fleet.
 */
export class Leader {
  private slot: SharedValue;
  /** `leaseMs`: several times the tick's period. */
  constructor(
    name: string,
    private leaseMs: i64 = 60_000,
  ) {
    this.slot = new SharedValue("gateway-plugins.leader." + name);
  }
  /** Renews the lease, or takes it when nobody has one; true for the leader. */
  campaign(): bool {
    const slot = this.slot;
    const now = nowNanoseconds() / 1_000_000;
    let won = false;
    while (slot.attempt()) {
      // The owner's number in the lower 16 bits, the lease's end above.
      const lease = slot.i64();
      const owner = lease & 0xffff;
      won = owner == (vmNumber() & 0xffff) || lease >> 16 < now;
      if (won) slot.setI64(((now + this.leaseMs) << 16) | (vmNumber() & 0xffff));
    }
    return won;
  }
  /** Whether this VM has the lease now, without renewing it. */
  get isLeader(): bool {
    const lease = this.slot.read().i64();
    return (lease & 0xffff) == (vmNumber() & 0xffff) && lease >> 16 >= nowNanoseconds() / 1_000_000;
  }
}
