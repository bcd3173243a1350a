import { Ledger } from "./ledger.ts";

/** A pointer from the guest that does not lie in its memory: the host function answers 6, InvalidMemoryAccess. */
export class InvalidMemoryAccess extends Error {}

/**
 * The guest's linear memory with bounds checks. The buffer is looked up for every access: growing detaches it.
 * Pointers and sizes arrive as signed i32 and are read as unsigned.
 */
export class GuestMemory {
  readonly #memory: WebAssembly.Memory;
  readonly #ledger: Ledger;
  /** Calls the guest's allocator; 0 when it fails. */
  readonly #allocate: (size: number) => number;

  constructor(memory: WebAssembly.Memory, ledger: Ledger, allocate: (size: number) => number) {
    this.#memory = memory;
    this.#ledger = ledger;
    this.#allocate = allocate;
  }

  get pages(): number {
    return this.#memory.buffer.byteLength / 65536;
  }

  #view(pointer: number, size: number): Uint8Array<ArrayBuffer> {
    const start = pointer >>> 0;
    const length = size >>> 0;
    if (start + length > this.#memory.buffer.byteLength) throw new InvalidMemoryAccess();
    return new Uint8Array(this.#memory.buffer as ArrayBuffer, start, length);
  }

  /** A copy: the guest may free or overwrite its memory at once. */
  read(pointer: number, size: number): Uint8Array<ArrayBuffer> {
    const bytes = this.#view(pointer, size).slice();
    this.#ledger.bytesOut += bytes.length;
    return bytes;
  }

  /** Text for people and names: UTF-8, with replacement characters for invalid bytes. */
  readText(pointer: number, size: number): string {
    return new TextDecoder().decode(this.read(pointer, size));
  }

  readU32(pointer: number): number {
    return new DataView(this.#view(pointer, 4).buffer, pointer >>> 0, 4).getUint32(0, true);
  }

  writeU32(pointer: number, value: number): void {
    const view = this.#view(pointer, 4);
    new DataView(view.buffer, view.byteOffset, 4).setUint32(0, value >>> 0, true);
  }

  writeU64(pointer: number, value: bigint): void {
    const view = this.#view(pointer, 8);
    new DataView(view.buffer, view.byteOffset, 8).setBigUint64(0, BigInt.asUintN(64, value), true);
  }

  writeU8(pointer: number, value: number): void {
    this.#view(pointer, 1)[0] = value;
  }

  write(pointer: number, bytes: Uint8Array): void {
    this.#view(pointer, bytes.length).set(bytes);
    this.#ledger.bytesIn += bytes.length;
  }

  /**
   * Gives `bytes` to the guest in a block of the guest's own allocator, which the guest frees, and stores pointer and
   * size in the two out-slots. No bytes: pointer 0, size 0, and the allocator is not called.
   */
  give(bytes: Uint8Array, pointerSlot: number, sizeSlot: number): void {
    this.#view(pointerSlot, 4);
    this.#view(sizeSlot, 4);
    this.writeU32(pointerSlot, bytes.length === 0 ? 0 : this.place(bytes));
    this.writeU32(sizeSlot, bytes.length);
  }

  /** Copies `bytes` into a block of the guest's own allocator. Answers its address. */
  place(bytes: Uint8Array): number {
    const pointer = this.#allocate(bytes.length);
    if (pointer === 0) throw new InvalidMemoryAccess();
    this.write(pointer, bytes);
    return pointer;
  }
}
