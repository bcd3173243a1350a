import type { Header } from "../services/upstream/upstream.ts";
import { HeaderMap } from "../stream/header-map.ts";
import type { HeaderAccess } from "../vm/context.ts";
import type { HostFunction } from "../vm/host-function.ts";
import { decodePairs, encodePairs, fromBytes, toBytes } from "../vm/pairs.ts";
import { Status } from "../vm/status.ts";
import type { Vm } from "../vm/vm.ts";

const MAP_NAMES = ["request headers", "request trailers", "response headers", "response trailers"];
const GRPC_INITIAL_METADATA = 4;
const GRPC_TRAILING_METADATA = 5;
const HTTP_CALL_HEADERS = 6;
const HTTP_CALL_TRAILERS = 7;

/** Undefined outside the phase that gives the map to this context: result 2, except for reading all pairs (0, empty). */
function access(vm: Vm, type: number): HeaderAccess | undefined {
  const map = type >>> 0;
  if (map <= 3) return vm.context?.stream?.headers(map);
  const received = receivedHeaders(vm, map);
  return received && { map: new HeaderMap(received), writable: false };
}

/** What the callback that runs now was told of. */
function receivedHeaders({ scope }: Vm, map: number): Header[] | undefined {
  switch (map) {
    case GRPC_INITIAL_METADATA:
      return scope.grpcInitialMetadata;
    case GRPC_TRAILING_METADATA:
      return scope.grpcTrailingMetadata;
    case HTTP_CALL_HEADERS:
      return scope.httpCall?.headers;
    case HTTP_CALL_TRAILERS:
      // A message without trailers has no map for them.
      return scope.httpCall?.trailers.length === 0 ? undefined : scope.httpCall?.trailers;
    default:
      return undefined;
  }
}

function edit(vm: Vm, type: number, change: (map: HeaderMap) => void): Status {
  const found = access(vm, type);
  const map =
    found === undefined
      ? vm.context?.stream?.createTrailers(type >>> 0)
      : found.writable
        ? found.map
        : undefined;
  if (map === undefined) return Status.BadArgument;
  vm.trace?.changing(vm, MAP_NAMES[type >>> 0] ?? "", map);
  change(map);
  vm.context?.stream?.headersEdited(type >>> 0);
  return Status.Ok;
}

/** Envoy joins a second value onto the first for headers that it keeps in slots. */
function reportJoin(vm: Vm, map: HeaderMap, name: string, value: string): void {
  const breaks =
    name.startsWith(":") || ["host", "content-length", "content-type"].includes(name.toLowerCase());
  if (!breaks || !map.joins(name)) return;
  vm.host.fault(
    "joined-header",
    `add_header_map_value on ${name}, which has a value: Envoy makes it "${map.get(name)},${value}"; replace it instead`,
    vm.context?.plugin.name ?? "",
  );
}

export const headerFunctions: Record<string, HostFunction> = {
  proxy_get_header_map_value: {
    signature: "i32 i32 i32 i32 i32 -> i32",
    run(vm, type: number, key: number, keySize: number, pointerSlot: number, sizeSlot: number) {
      const found = access(vm, type);
      if (found === undefined) return Status.BadArgument;
      const value = found.map.get(fromBytes(vm.memory.read(key, keySize)));
      if (value === undefined) return Status.NotFound;
      vm.memory.give(toBytes(value), pointerSlot, sizeSlot);
      return Status.Ok;
    },
  },
  proxy_add_header_map_value: {
    signature: "i32 i32 i32 i32 i32 -> i32",
    run(vm, type: number, key: number, keySize: number, value: number, valueSize: number) {
      const name = fromBytes(vm.memory.read(key, keySize));
      const text = fromBytes(vm.memory.read(value, valueSize));
      return edit(vm, type, (map) => {
        reportJoin(vm, map, name, text);
        map.add(name, text);
      });
    },
  },
  proxy_replace_header_map_value: {
    signature: "i32 i32 i32 i32 i32 -> i32",
    run(vm, type: number, key: number, keySize: number, value: number, valueSize: number) {
      const name = fromBytes(vm.memory.read(key, keySize));
      const text = fromBytes(vm.memory.read(value, valueSize));
      return edit(vm, type, (map) => map.set(name, text));
    },
  },
  proxy_remove_header_map_value: {
    signature: "i32 i32 i32 -> i32",
    run(vm, type: number, key: number, keySize: number) {
      const name = fromBytes(vm.memory.read(key, keySize));
      return edit(vm, type, (map) => map.remove(name));
    },
  },
  proxy_get_header_map_pairs: {
    signature: "i32 i32 i32 -> i32",
    run(vm, type: number, pointerSlot: number, sizeSlot: number) {
      if (type >>> 0 > HTTP_CALL_TRAILERS) return Status.BadArgument;
      const entries: Header[] = access(vm, type)?.map.entries() ?? [];
      vm.memory.give(entries.length === 0 ? new Uint8Array() : encodePairs(entries), pointerSlot, sizeSlot);
      return Status.Ok;
    },
  },
  /** Malformed pairs read as none: the map ends up empty, with result 0. */
  proxy_set_header_map_pairs: {
    signature: "i32 i32 i32 -> i32",
    run(vm, type: number, pointer: number, size: number) {
      const pairs = decodePairs(vm.memory.read(pointer, size)) ?? [];
      return edit(vm, type, (map) => map.replaceAll(pairs));
    },
  },
  /** Bytes of names and values, not a count. */
  proxy_get_header_map_size: {
    signature: "i32 i32 -> i32",
    run(vm, type: number, slot: number) {
      const found = type >>> 0 <= 3 ? access(vm, type) : undefined;
      if (found === undefined || !found.writable) return Status.BadArgument;
      vm.memory.writeU32(slot, found.map.byteSize);
      return Status.Ok;
    },
  },
};
