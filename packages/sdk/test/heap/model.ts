import { random } from "../fuzz/guest.ts";
import type { Heap } from "./guest.ts";

/** A block that lives: where, of which size, and what is in it: the noise from an offset on. */
interface Living {
  at: number;
  size: number;
  noise: number;
}

const LONGEST = 1 << 17;
const noise = Buffer.alloc(LONGEST + 256);
const next = random(1);
for (let i = 0; i < noise.length; i++) noise[i] = next(256);

/** Uses a heap, and knows what must be in it. Each operation throws when the heap has done what it must not. */
export class Model {
  readonly #heap: Heap;
  readonly living: Living[] = [];
  /** For each word of memory whether it belongs to a living block or is the one before it. */
  #owned = new Uint8Array(1 << 14);
  readonly #sizes = new Map<number, { held: number; peak: number }>();

  constructor(heap: Heap) {
    this.#heap = heap;
  }

  alloc(size: number): void {
    this.#add(this.#heap.alloc(size), size, true);
  }
  free(index: number): void {
    const block = this.#take(index);
    this.#heap.free(block.at);
  }
  realloc(index: number, size: number): void {
    const block = this.#take(index);
    const at = this.#heap.realloc(block.at, size);
    this.#isKept({ ...block, at, size: Math.min(block.size, size) });
    this.#add(at, size, false);
  }
  checkAll(): void {
    for (const block of this.living) this.#isKept(block);
  }
  /** The payload sizes that blocks have had, each with how many there have been at once at most. */
  get peaks(): [payload: number, count: number][] {
    return [...this.#sizes].map(([payload, { peak }]) => [payload, peak]);
  }

  #add(at: number, size: number, isNew: boolean): void {
    const bytes = this.#heap.bytes();
    const what = `${size} bytes at ${at}`;
    if (at % 16 !== 0) throw new Error(`${what}: not at a multiple of 16`);
    const payload = bytes.readUInt32LE(at - 4) & ~3;
    const least = (size + 19) & ~15;
    if (payload + 4 < least || (isNew && payload + 4 > least * 1.25))
      throw new Error(`${what}: the info before says ${payload}`);
    if (at + payload + 4 > bytes.length) throw new Error(`${what}: outside of the memory`);
    if (bytes[at + payload] === 0) throw new Error(`${what}: a 0 behind the block's ${payload}`);
    this.#own({ at, size, noise: 0 }, what);
    const held = this.#sizes.get(payload) ?? { held: 0, peak: 0 };
    held.peak = Math.max(held.peak, ++held.held);
    this.#sizes.set(payload, held);
    const block = { at, size, noise: isNew ? at % 251 : size % 251 };
    noise.copy(bytes, at, block.noise, block.noise + size);
    this.living.push(block);
  }
  #take(index: number): Living {
    const block = this.living[index]!;
    this.#isKept(block);
    this.#sizes.get(this.#heap.bytes().readUInt32LE(block.at - 4) & ~3)!.held--;
    this.#owned.fill(0, block.at / 4 - 1, Math.ceil((block.at + block.size) / 4));
    this.living[index] = this.living.at(-1)!;
    this.living.pop();
    return block;
  }
  #isKept({ at, size, noise: from }: Living): void {
    if (noise.compare(this.#heap.bytes(), at, at + size, from, from + size) !== 0)
      throw new Error(`${size} bytes at ${at}: not what was written`);
  }
  #own({ at, size }: Living, what: string): void {
    const [from, to] = [at / 4 - 1, Math.ceil((at + size) / 4)];
    if (to > this.#owned.length) {
      const grown = new Uint8Array(to * 2);
      grown.set(this.#owned);
      this.#owned = grown;
    }
    if (this.#owned.subarray(from, to).includes(1)) throw new Error(`${what}: not free`);
    this.#owned.fill(1, from, to);
  }
}
