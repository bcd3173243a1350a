// Records by id: hash table with chains through the records themselves, in static memory. Ids are never 0.

/** Ids that follow one another have each a bucket of its own, up to so many. */
export const BUCKETS: u32 = 512;
/** Bytes of static memory that a table needs. */
export const TABLE_SIZE: i32 = 2048;

// Every record begins with these two.
const NEXT: usize = 0;
const ID: usize = 4;

// @ts-ignore: decorator
@unmanaged @final
export class Table {
  // Ids of one kind are one or four apart. Those one apart, of streams, fill all buckets before one is used again.
  // @ts-ignore: decorator
  @inline private bucket(id: u32): usize {
    return changetype<usize>(this) + <usize>((id << 2) & (TABLE_SIZE - 4));
  }
  /** The record of an id, or 0. */
  get(id: u32): usize {
    return load<usize>(this.before(id));
  }
  /** The id must be absent. */
  add(id: u32, record: usize): void {
    const bucket = this.bucket(id);
    store<usize>(record, load<usize>(bucket), NEXT);
    store<u32>(record, id, ID);
    store<usize>(bucket, record);
  }
  /** The first record of the bucket that an id belongs to, and the next; 0 for none. */
  first(id: u32): usize {
    return load<usize>(this.bucket(id));
  }
  after(record: usize): usize {
    return load<usize>(record, NEXT);
  }
  /** Removes an id and returns its record; 0 when it was absent. */
  remove(id: u32): usize {
    const before = this.before(id);
    const record = load<usize>(before);
    // Where it was absent, `before` is the end of a chain, and so is what stands at address 0.
    store<usize>(before, load<usize>(record, NEXT));
    return record;
  }
  /** Where the record of an id is linked; the end of the chain when it is absent. */
  private before(id: u32): usize {
    let link = this.bucket(id);
    for (let record: usize; (record = load<usize>(link)) && load<u32>(record, ID) != id;)
      link = record + NEXT;
    return link;
  }
}
