import { OUT, clearOut, keepNext, takeKept } from "../abi/allocator";
import { Status } from "../abi/enums";
import { proxy_get_shared_data, proxy_set_shared_data } from "../abi/imports-state";
import { encodeText, lengthOf, pointerOf, release } from "../abi/text";

/** The version of the value that was read last; 0 when there is none. */
export function lastVersion(): u32 {
  return load<u32>(OUT, 8);
}
/** Reads a value; null when there is none, or it is empty (then its version is not 0). */
export function readShared(key: string): ArrayBuffer | null {
  clearOut();
  store<u32>(OUT, 0, 8);
  keepNext();
  const name = encodeText(key);
  proxy_get_shared_data(pointerOf(name), lengthOf(name), OUT, OUT + 4, OUT + 8);
  release();
  return takeKept();
}
/** `version` 0 writes whatever is there. CasMismatch: somebody else has written since. */
export function writeShared(key: string, value: usize, length: usize, version: u32): Status {
  const name = encodeText(key);
  const status = proxy_set_shared_data(pointerOf(name), lengthOf(name), value, length, version);
  release();
  return status;
}
