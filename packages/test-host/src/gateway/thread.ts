import type { LogLine } from "./observe.ts";
import type { Vm } from "../vm/vm.ts";

/** A VM and how many plugins have a root context in it. */
export interface VmSlot {
  readonly key: string;
  readonly vm: Vm;
  users: number;
}

/** One thread of a gateway, with VMs of its own: the main thread, or a worker. Plugins with the same VM key share one. */
export class Thread {
  readonly name: LogLine["thread"];
  readonly #slots = new Map<string, VmSlot>();

  constructor(name: LogLine["thread"]) {
    this.name = name;
  }

  get vms(): Vm[] {
    return [...this.#slots.values()].map((slot) => slot.vm);
  }

  find(key: string): Vm | undefined {
    return this.#slots.get(key)?.vm;
  }

  /** The VM of that key, for one more user; `make` is asked when there is none that works. */
  acquire(key: string, make: () => Vm): VmSlot {
    let slot = this.#slots.get(key);
    if (slot === undefined || slot.vm.failed !== undefined) {
      slot = { key, vm: make(), users: 0 };
      this.#slots.set(key, slot);
    }
    slot.users++;
    return slot;
  }

  /** Answers whether that was the last user: the VM is gone then, whatever its contexts still wait for. */
  release(slot: VmSlot): boolean {
    slot.users--;
    if (slot.users > 0) return false;
    if (this.#slots.get(slot.key) === slot) this.#slots.delete(slot.key);
    return true;
  }

  /** The VM serves those who have it, and nobody else. */
  retire(slot: VmSlot): void {
    if (this.#slots.get(slot.key) === slot) this.#slots.delete(slot.key);
  }
}
