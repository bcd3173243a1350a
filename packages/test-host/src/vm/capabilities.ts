import { Status } from "./status.ts";

/** WASI's ENOTCAPABLE. */
const NOT_CAPABLE = 76;

/** What a plugin may have, by name: host functions and callbacks. Source: proxy-wasm-cpp-host, `capabilityAllowed`. */
export class Capabilities {
  readonly #allowed: ReadonlySet<string>;

  /** @param allowed empty: everything */
  constructor(allowed: Iterable<string>) {
    this.#allowed = new Set(allowed);
  }

  #has(name: string): boolean {
    return this.#allowed.size === 0 || this.#allowed.has(name);
  }

  /** Start code and the allocator are called whatever the plugin may have. */
  allowsCallback(name: string): boolean {
    return !name.startsWith("proxy_on_") || name === "proxy_on_memory_allocate" || this.#has(name);
  }

  /** Helpers of compilers are linked whatever the plugin may have. */
  allowsFunction(module: string, name: string): boolean {
    return (module === "env" && !name.startsWith("proxy_")) || this.#has(name);
  }

  /** What a function answers that the plugin may not have. */
  static refusal(module: string): number {
    return module === "env" ? Status.InternalFailure : NOT_CAPABLE;
  }
}
