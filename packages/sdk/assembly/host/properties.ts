import { OUT, clearOut, freeHostBytes, hostLength, hostPointer } from "../abi/allocator";
import { Status } from "../abi/enums";
import { proxy_get_property, proxy_set_property } from "../abi/imports";
import { Encoded, decode, lengthOf, pointerOf, release, utf8 } from "../abi/text";

// Segments are joined with NUL on the wire; authors write dots, or NULs where a segment has dots of its own.
function encodePath(path: string): Encoded {
  const encoded = utf8(path);
  const end = pointerOf(encoded) + lengthOf(encoded);
  for (let p = pointerOf(encoded); p < end; p++) if (!load<u8>(p)) return encoded;
  for (let p = pointerOf(encoded); p < end; p++) if (load<u8>(p) == 46) store<u8>(p, 0);
  return encoded;
}
function read(path: string): bool {
  const key = encodePath(path);
  clearOut();
  const found = proxy_get_property(pointerOf(key), lengthOf(key), OUT, OUT + 4) == Status.Ok;
  release();
  return found;
}

/** A property as text; null when the gateway does not know it here. Empty text is a value. */
export function getPropertyText(path: string): string | null {
  if (!read(path)) return null;
  const text = decode(hostPointer(), hostLength());
  freeHostBytes();
  return text;
}
/** A property of 8 bytes (numbers, times) or 1 byte (booleans); `otherwise` when absent or of another size. */
export function getPropertyNumber(path: string, otherwise: i64): i64 {
  if (!read(path)) return otherwise;
  const number = hostLength() == 8 ? load<i64>(hostPointer()) : hostLength() == 1 ? <i64>load<u8>(hostPointer()) : otherwise;
  freeHostBytes();
  return number;
}
export function setPropertyText(path: string, value: string): Status {
  const key = utf8(path);
  const text = utf8(value);
  const status = proxy_set_property(pointerOf(key), lengthOf(key), pointerOf(text), lengthOf(text));
  release();
  return status;
}
