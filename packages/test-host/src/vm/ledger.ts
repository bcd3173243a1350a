/** What one VM has done since the last `reset`: the measure of a plugin's cost per request. */
export class Ledger {
  /** Calls into the guest by export, without the allocator. */
  readonly entries = new Map<string, number>();
  /** Calls from the guest by import name (`proxy_log`, `fd_write`). */
  readonly hostCalls = new Map<string, number>();
  /** Calls of the guest's allocator by the host. */
  allocations = 0;
  /** Bytes the host wrote into the guest's memory. */
  bytesIn = 0;
  /** Bytes the host read from the guest's memory. */
  bytesOut = 0;

  reset(): void {
    this.entries.clear();
    this.hostCalls.clear();
    this.allocations = 0;
    this.bytesIn = 0;
    this.bytesOut = 0;
  }
}

export function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}
