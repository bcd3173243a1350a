import { OUT, clearOut, hostLength, hostPointer } from "../abi/allocator";
import { MapType, Status } from "../abi/enums";
import {
  proxy_add_header_map_value,
  proxy_get_header_map_pairs,
  proxy_get_header_map_value,
  proxy_remove_header_map_value,
  proxy_replace_header_map_value,
  proxy_set_header_map_pairs,
} from "../abi/imports";
import { utf8 } from "../abi/literals";
import { decodePairs, pairsLength, pairsPointer } from "../abi/pairs";
import { Encoded, decode, lengthOf, pointerOf, release } from "../abi/text";

/** Asks for the first value; true when there is one, which stands in the host bytes until the next host call. */
export function findHeader(map: MapType, name: Encoded): bool {
  clearOut();
  const found = proxy_get_header_map_value(map, pointerOf(name), lengthOf(name), OUT, OUT + 4) == Status.Ok;
  release();
  return found;
}

/** The first value of a header; null when it is absent or the map is not available in this phase. */
export function getHeader(map: MapType, name: Encoded): string | null {
  if (!findHeader(map, name)) return null;
  return decode(hostPointer(), hostLength());
}
export function hasHeader(map: MapType, name: Encoded): bool {
  return findHeader(map, name);
}
/** The `:status`, without a string; not from 100 to 999 when it is absent or no such number. */
export function readStatus(map: MapType): u32 {
  let status: u32 = 0;
  // Where there is none, it is a text without bytes.
  findHeader(map, utf8(":status"));
  for (let p = hostPointer(), end = p + hostLength(); p < end; p++) {
    const digit: u32 = load<u8>(p) - 48;
    // No number then, whatever follows.
    status = digit > 9 ? 1000 : status * 10 + digit;
  }
  return status;
}
/** All pairs in wire order, pseudo headers first. */
export function getHeaderPairs(map: MapType): string[][] {
  clearOut();
  if (proxy_get_header_map_pairs(map, OUT, OUT + 4) != Status.Ok) return [];
  return decodePairs(hostPointer(), hostLength());
}

export function addHeader(map: MapType, name: Encoded, value: Encoded): Status {
  const status = proxy_add_header_map_value(
    map,
    pointerOf(name),
    lengthOf(name),
    pointerOf(value),
    lengthOf(value),
  );
  release();
  return status;
}
export function replaceHeader(map: MapType, name: Encoded, value: Encoded): Status {
  const status = proxy_replace_header_map_value(
    map,
    pointerOf(name),
    lengthOf(name),
    pointerOf(value),
    lengthOf(value),
  );
  release();
  return status;
}
export function removeHeader(map: MapType, name: Encoded): Status {
  const status = proxy_remove_header_map_value(map, pointerOf(name), lengthOf(name));
  release();
  return status;
}
/** Replaces the whole map by the pairs begun with `startPairs`. */
export function setHeaderPairs(map: MapType): Status {
  const length = pairsLength();
  const status = length ? proxy_set_header_map_pairs(map, pairsPointer(), length) : Status.BadArgument;
  release();
  return status;
}
