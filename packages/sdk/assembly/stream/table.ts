// Records by id: hash table with chains through the records themselves, in static memory. Ids are never 0.

/** Bytes of static memory that a table needs: 512 buckets. */
export const TABLE_SIZE: i32 = 2048;

// Every record begins with these two.
const NEXT: usize = 0;
const ID: usize = 4;

// @ts-ignore: decorator
@unmanaged @final
export class Table {
  // Ids of one kind are one or four apart: either fills all buckets, the former with four that follow one another in each.
  // @ts-ignore: decorator
  @inline private bucket(id: u32): usize {
    return changetype<usize>(this) + <usize>(id & (TABLE_SIZE - 4));
  }
  /** The record of an id, or 0. */
  get(id: u32): usize {
    let record = load<usize>(this.bucket(id));
    while (record && load<u32>(record, ID) != id) record = load<usize>(record, NEXT);
    return record;
  }
  /** The id must be absent. */
  add(id: u32, record: usize): void {
    const bucket = this.bucket(id);
    store<usize>(record, load<usize>(bucket), NEXT);
    store<u32>(record, id, ID);
    store<usize>(bucket, record);
  }
  /** The first record of a bucket, given by its offset, and the next; 0 for none. */
  first(bucket: i32): usize {
    return load<usize>(changetype<usize>(this) + <usize>bucket);
  }
  after(record: usize): usize {
    return load<usize>(record, NEXT);
  }
  /** Removes an id and returns its record; 0 when it was absent. */
  remove(id: u32): usize {
    let before = this.bucket(id);
    let record = load<usize>(before);
    while (record && load<u32>(record, ID) != id) {
      before = record + NEXT;
      record = load<usize>(record, NEXT);
    }
    // Where it was absent, `before` is the end of a chain, and so is what stands at address 0.
    store<usize>(before, load<usize>(record, NEXT));
    return record;
  }
}
