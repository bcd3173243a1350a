// A table from ids to pointers: open addressing, linear probing, backward-shift deletion, raw memory. Ids are never 0.

/** Lives in static memory of 12 bytes. */
// @ts-ignore: decorator
@unmanaged @final
export class Table {
  private entries: usize;
  private mask: u32;
  private count: u32;

  /** The pointer stored for an id, or 0. */
  get(id: u32): usize {
    const entries = this.entries;
    if (!entries) return 0;
    for (let i = this.home(id); ; i = (i + 1) & this.mask) {
      const entry = entries + (<usize>i << 3);
      const key = load<u32>(entry);
      if (key == id) return load<usize>(entry, 4);
      if (!key) return 0;
    }
    return 0;
  }
  /** The id must be absent. */
  add(id: u32, pointer: usize): void {
    const old = this.entries;
    const capacity: u32 = old ? this.mask + 1 : 0;
    if (this.count * 4 >= capacity * 3) {
      const size: u32 = capacity ? capacity * 2 : 8;
      this.entries = heap.alloc(<usize>size << 3);
      memory.fill(this.entries, 0, <usize>size << 3);
      this.mask = size - 1;
      for (let i: u32 = 0; i < capacity; i++) {
        const entry = old + (<usize>i << 3);
        if (load<u32>(entry)) this.place(load<u32>(entry), load<usize>(entry, 4));
      }
      if (old) heap.free(old);
    }
    this.count++;
    this.place(id, pointer);
  }
  /** Removes an id and returns its pointer; 0 when it was absent. */
  remove(id: u32): usize {
    const entries = this.entries;
    if (!entries) return 0;
    let hole = this.home(id);
    while (load<u32>(entries + (<usize>hole << 3)) != id) {
      if (!load<u32>(entries + (<usize>hole << 3))) return 0;
      hole = (hole + 1) & this.mask;
    }
    const pointer = load<usize>(entries + (<usize>hole << 3), 4);
    for (let i = (hole + 1) & this.mask; ; i = (i + 1) & this.mask) {
      const entry = entries + (<usize>i << 3);
      const key = load<u32>(entry);
      if (!key) break;
      if (((i - this.home(key)) & this.mask) >= ((i - hole) & this.mask)) {
        store<u64>(entries + (<usize>hole << 3), load<u64>(entry));
        hole = i;
      }
    }
    store<u64>(entries + (<usize>hole << 3), 0);
    this.count--;
    return pointer;
  }
  private place(id: u32, pointer: usize): void {
    let i = this.home(id);
    while (load<u32>(this.entries + (<usize>i << 3))) i = (i + 1) & this.mask;
    store<u32>(this.entries + (<usize>i << 3), id);
    store<usize>(this.entries + (<usize>i << 3), pointer, 4);
  }
  // Multiplicative hashing: ids of one kind are four or one apart.
  // @ts-ignore: decorator
  @inline private home(id: u32): u32 {
    return ((id * 0x9e3779b1) >> 12) & this.mask;
  }
}
