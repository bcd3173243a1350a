import { OUT, clearOut, hostLength, hostPointer } from "../abi/allocator";
import { Status } from "../abi/enums";
import { proxy_get_property, proxy_set_property } from "../abi/imports";
import {
  Encoded,
  decode,
  encodeText,
  lengthOf,
  pointerOf,
  release,
  reserve,
  sizeBound,
  write,
} from "../abi/text";

// Paths are segments joined with NUL. Source: proxy-wasm-cpp-host, Envoy's Context::getProperty.
/** Asks for a property; true when there is one, which stands in the host bytes until the next host call. */
export function findProperty(path: Encoded): bool {
  clearOut();
  const found = proxy_get_property(pointerOf(path), lengthOf(path), OUT, OUT + 4) == Status.Ok;
  release();
  return found;
}

/** A property as text; null when the gateway does not know it here. Empty text is a value. */
export function getPropertyText(path: Encoded): string | null {
  if (!findProperty(path)) return null;
  return decode(hostPointer(), hostLength());
}
/** A property of 8 bytes (numbers, times) or 1 byte (booleans); `otherwise` when absent or of another size. */
export function getPropertyNumber(path: Encoded, otherwise: i64): i64 {
  if (!findProperty(path)) return otherwise;
  return hostLength() == 8
    ? load<i64>(hostPointer())
    : hostLength() == 1
      ? <i64>load<u8>(hostPointer())
      : otherwise;
}
export function setPropertyText(path: string, value: string): Status {
  const key = encodeText(path);
  const text = encodeText(value);
  const status = proxy_set_property(pointerOf(key), lengthOf(key), pointerOf(text), lengthOf(text));
  release();
  return status;
}

/** A path with dots between its segments; one with NULs stays as it is, for segments that have dots of their own. */
export function encodePath(path: string): Encoded {
  // A copy, because it changes.
  const start = reserve(sizeBound(path));
  const end = write(path, start);
  const encoded = ((<u64>(end - start)) << 32) | start;
  for (let p = start; p < end; p++) if (!load<u8>(p)) return encoded;
  for (let p = start; p < end; p++) if (load<u8>(p) == 46) store<u8>(p, 0);
  return encoded;
}
