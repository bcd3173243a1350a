import type { Ledger } from "../vm/ledger.ts";

/** What a gateway's VMs have done since the start or the last `reset`: the cost of requests. */
export class LedgerView {
  readonly #ledgers: () => Ledger[];

  constructor(ledgers: () => Ledger[]) {
    this.#ledgers = ledgers;
  }

  /** Calls into the guest by export, the allocator aside. */
  get entries(): Record<string, number> {
    return merge(this.#ledgers().map((ledger) => ledger.entries));
  }

  /** Calls from the guest by host function. */
  get hostCalls(): Record<string, number> {
    return merge(this.#ledgers().map((ledger) => ledger.hostCalls));
  }

  /** Calls of the guest's allocator. */
  get allocations(): number {
    return this.#ledgers().reduce((sum, ledger) => sum + ledger.allocations, 0);
  }

  /** Bytes written into the guests' memory. */
  get bytesIn(): number {
    return this.#ledgers().reduce((sum, ledger) => sum + ledger.bytesIn, 0);
  }

  /** Bytes read from the guests' memory. */
  get bytesOut(): number {
    return this.#ledgers().reduce((sum, ledger) => sum + ledger.bytesOut, 0);
  }

  reset(): void {
    for (const ledger of this.#ledgers()) ledger.reset();
  }
}

function merge(counts: readonly Map<string, number>[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const map of counts) for (const [name, count] of map) sum[name] = (sum[name] ?? 0) + count;
  return sum;
}
