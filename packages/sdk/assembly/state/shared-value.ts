import { Status } from "../abi/enums";
import { Bytes } from "../bytes/bytes";
import { bytesOf } from "../bytes/data";
import { lastVersion, readShared, writeShared } from "../host/shared-data";
import { callbacksEnded } from "../stream/callback";

/** Give up after so many lost races: that many writers at once would be a bug. */
const MAX_ATTEMPTS: i32 = 100;

/**
 * A value that all workers (and all plugins) of one gateway process share, by its key. It lives in memory until the process ends; nothing ever
 * expires. Workers write at the same time, so read, decide and write in a loop, which goes round again when somebody else was faster:
 *
 *     const slot = new SharedValue("peak");
 *     while (slot.attempt()) slot.setI64(max(slot.i64(), length));
 */
export class SharedValue {
  private present: ArrayBuffer | null = null;
  private version: u32 = 0;
  private attempts: i32 = 0;
  private lost: bool = false;
  /** In which the loop began. */
  private callback: u32 = 0;

  constructor(readonly key: string) {}

  /**
   * Reads, and says whether to write: true at first, and again after a lost race (up to 100 times); false when a write has held, or none was tried. A handler may leave the
   * loop by `return`; after `break`, a second loop of the same handler needs a `SharedValue` of its own.
   */
  attempt(): bool {
    if (this.callback != callbacksEnded) this.attempts = 0;
    this.callback = callbacksEnded;
    const first = this.attempts == 0;
    if (!first && (!this.lost || this.attempts >= MAX_ATTEMPTS)) {
      this.attempts = 0;
      return false;
    }
    this.attempts++;
    this.lost = false;
    this.read();
    return true;
  }
  /** Reads what is there now, outside of a loop. */
  read(): this {
    this.present = readShared(this.key);
    this.version = lastVersion();
    return this;
  }
  /** Whether there is a value; an empty one counts. */
  get exists(): bool {
    return this.version != 0;
  }
  /** As it was read; empty when there is none. */
  bytes(): Bytes {
    const present = this.present;
    return Bytes.wrap(present);
  }
  /** The same as text, see `Bytes.text`. */
  text(): string {
    return this.bytes().text();
  }
  /** A number that `setI64` has written; `otherwise` for anything else. */
  i64(otherwise: i64 = 0): i64 {
    const present = this.present;
    return present != null && present.byteLength == 8 ? load<i64>(changetype<usize>(present)) : otherwise;
  }
  /** Writes, unless somebody else has written since it was read. Whether it holds. */
  setBytes(value: Bytes): bool {
    return this.write(value.pointer, value.length);
  }
  /** The same with a text, in UTF-8. */
  setText(value: string): bool {
    return this.setBytes(bytesOf(value));
  }
  /** 8 bytes, little-endian. */
  setI64(value: i64): bool {
    const cell = new ArrayBuffer(8);
    store<i64>(changetype<usize>(cell), value);
    return this.setBytes(Bytes.wrap(cell));
  }
  /** True when nobody has written since the value was read. Afterwards the value reads as written. */
  private write(value: usize, length: usize): bool {
    // The first write cannot be compared with anything, in any gateway: look again, right before it.
    if (!this.version) {
      this.read();
      if (this.version) {
        this.lost = true;
        return false;
      }
    }
    const status = writeShared(this.key, value, length, this.version);
    this.lost = status == Status.CasMismatch;
    if (status != Status.Ok) return false;
    const kept = new ArrayBuffer(<i32>length);
    memory.copy(changetype<usize>(kept), value, length);
    this.present = kept;
    return true;
  }
}

/** A number that all workers of one gateway process count together. */
export class SharedCounter {
  private slot: SharedValue;
  constructor(key: string) {
    this.slot = new SharedValue(key);
  }
  /** Adds, and returns the sum. */
  add(n: i64 = 1): i64 {
    const slot = this.slot;
    while (slot.attempt()) slot.setI64(slot.i64() + n);
    return slot.i64();
  }
  /** As it is now; 0 when nobody has counted. */
  get value(): i64 {
    return this.slot.read().i64();
  }
}
