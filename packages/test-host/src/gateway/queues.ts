interface Queue {
  id: number;
  items: Uint8Array[];
  /** Wakes the root context that registered last. */
  notify: (queueId: number) => void;
}

/** Shared queues: named per VM id, ids from 1. Every enqueue wakes the last registrant, asynchronously. */
export class Queues {
  readonly #byName = new Map<string, Queue>();
  readonly #byId = new Map<number, Queue>();

  register(vmId: string, name: string, notify: (queueId: number) => void): number {
    const key = `${vmId}\0${name}`;
    let queue = this.#byName.get(key);
    if (queue === undefined) {
      queue = { id: this.#byId.size + 1, items: [], notify };
      this.#byName.set(key, queue);
      this.#byId.set(queue.id, queue);
    }
    queue.notify = notify;
    return queue.id;
  }

  resolve(vmId: string, name: string): number | undefined {
    return this.#byName.get(`${vmId}\0${name}`)?.id;
  }

  /** false: no such queue. */
  enqueue(id: number, item: Uint8Array): boolean {
    const queue = this.#byId.get(id);
    if (queue === undefined) return false;
    queue.items.push(item);
    // Who had registered last by now; another may register before it is told.
    const { notify } = queue;
    setImmediate(() => notify(id));
    return true;
  }

  /** Undefined: no such queue. Null: empty. */
  dequeue(id: number): Uint8Array | undefined | null {
    const queue = this.#byId.get(id);
    return queue && (queue.items.shift() ?? null);
  }
}
