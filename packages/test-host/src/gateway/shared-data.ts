import { Status } from "../vm/status.ts";

/**
 * `proxy_get_shared_data` and `proxy_set_shared_data`: one store per VM id, common to all its VMs, canaries included.
 * One counter gives every write of every key its compare-and-swap number, from 1. No expiry, no deletion.
 */
export class SharedData {
  readonly #stores = new Map<string, Map<string, { value: Uint8Array; cas: number }>>();
  #lastCas = 0;

  get(vmId: string, key: string): { value: Uint8Array; cas: number } | undefined {
    return this.#stores.get(vmId)?.get(key);
  }

  /** @param cas 0 writes unconditionally; a missing key takes any number */
  set(vmId: string, key: string, value: Uint8Array, cas: number): Status {
    let store = this.#stores.get(vmId);
    if (store === undefined) this.#stores.set(vmId, (store = new Map()));
    const present = store.get(key);
    if (present !== undefined && cas !== 0 && cas !== present.cas) return Status.CasMismatch;
    store.set(key, { value, cas: ++this.#lastCas });
    return Status.Ok;
  }
}
