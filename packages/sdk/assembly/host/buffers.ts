import { OUT, clearOut, hostLength, hostPointer, keepNext, takeKept } from "../abi/allocator";
import { BufferType, Status } from "../abi/enums";
import { proxy_get_buffer_bytes, proxy_set_buffer_bytes } from "../abi/imports";

/** Copies a buffer out of the host; null when it is empty or not available in this phase. */
export function readBuffer(buffer: BufferType): ArrayBuffer | null {
  clearOut();
  keepNext();
  proxy_get_buffer_bytes(buffer, 0, i32.MAX_VALUE, OUT, OUT + 4);
  return takeKept();
}
/** The same, which stands in the host bytes then. */
export function findBuffer(buffer: BufferType): void {
  clearOut();
  proxy_get_buffer_bytes(buffer, 0, i32.MAX_VALUE, OUT, OUT + 4);
}
/** The same into raw memory, with a 0 behind it, which the caller frees; `hostLength` tells how many there are. */
export function readRawBuffer(buffer: BufferType): usize {
  findBuffer(buffer);
  const length = hostLength();
  const bytes = heap.alloc(length + 4);
  memory.copy(bytes, hostPointer(), length);
  store<u32>(bytes + length, 0);
  return bytes;
}
/** `start` 0 and `size` 0 prepend, `start` beyond the end appends, 0 and `i32.MAX_VALUE` replace everything. */
export function writeBuffer(buffer: BufferType, start: i32, size: i32, bytes: usize, length: usize): Status {
  return proxy_set_buffer_bytes(buffer, start, size, bytes, length);
}
