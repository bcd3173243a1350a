import type { Clock } from "../../clock.ts";
import { CommandError, WRONG_TYPE } from "./reply.ts";

/** What a key can hold. */
export interface ValueTypes {
  string: string;
  list: string[];
  hash: Map<string, string>;
  set: Set<string>;
  /** Member to score. */
  zset: Map<string, number>;
}

export type ValueType = keyof ValueTypes;

type Entry = { [T in ValueType]: { type: T; value: ValueTypes[T]; expiresAt?: number } }[ValueType];

/** One database: keys in the order they were made, gone once their time has come. */
export class Database {
  readonly #clock: Clock;
  readonly #entries = new Map<string, Entry>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Milliseconds since the Unix epoch. */
  now(): number {
    return Number(this.#clock.now() / 1_000_000n);
  }

  type(key: string): ValueType | undefined {
    return this.#live(key)?.type;
  }

  has(key: string): boolean {
    return this.#live(key) !== undefined;
  }

  /** Undefined when there is no such key; throws WRONGTYPE when it holds something else. */
  get<T extends ValueType>(key: string, type: T): ValueTypes[T] | undefined {
    const entry = this.#live(key);
    if (entry === undefined) return undefined;
    if (entry.type !== type) throw new CommandError(WRONG_TYPE);
    return entry.value as ValueTypes[T];
  }

  /** Replaces whatever the key holds; its expiry goes unless `keepExpiry`. */
  set<T extends ValueType>(key: string, type: T, value: ValueTypes[T], keepExpiry = false): void {
    const expiresAt = keepExpiry ? this.#live(key)?.expiresAt : undefined;
    const entry = { type, value } as unknown as Entry;
    if (expiresAt !== undefined) entry.expiresAt = expiresAt;
    this.#entries.set(key, entry);
  }

  /** Lets `change` edit a collection, which is made before and removed after when it is empty. */
  edit<T extends Exclude<ValueType, "string">, R>(
    key: string,
    type: T,
    change: (value: ValueTypes[T]) => R,
  ): R {
    const present = this.get(key, type);
    const value = present ?? (EMPTY[type]() as ValueTypes[T]);
    const result = change(value);
    const size = Array.isArray(value) ? value.length : value.size;
    if (size === 0) this.#entries.delete(key);
    else if (present === undefined) this.set(key, type, value);
    return result;
  }

  delete(key: string): boolean {
    return this.has(key) && this.#entries.delete(key);
  }

  /** Moves a key with its expiry over another. The key must exist. */
  rename(from: string, to: string): void {
    const entry = this.#live(from) as Entry;
    this.#entries.delete(from);
    this.#entries.set(to, entry);
  }

  /** Milliseconds since the Unix epoch, or undefined for a key that stays. */
  expiry(key: string): number | undefined {
    return this.#live(key)?.expiresAt;
  }

  /** Undefined makes the key stay. An instant that has passed removes it. */
  setExpiry(key: string, at: number | undefined): void {
    const entry = this.#live(key);
    if (entry === undefined) return;
    if (at === undefined) delete entry.expiresAt;
    else if (at <= this.now()) this.#entries.delete(key);
    else entry.expiresAt = at;
  }

  keys(): string[] {
    return [...this.#entries.keys()].filter((key) => this.has(key));
  }

  clear(): void {
    this.#entries.clear();
  }

  #live(key: string): Entry | undefined {
    const entry = this.#entries.get(key);
    if (entry?.expiresAt !== undefined && entry.expiresAt <= this.now()) {
      this.#entries.delete(key);
      return undefined;
    }
    return entry;
  }
}

const EMPTY = {
  list: (): string[] => [],
  hash: () => new Map<string, string>(),
  set: () => new Set<string>(),
  zset: () => new Map<string, number>(),
};
