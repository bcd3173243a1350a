import { deflateSync, inflateSync } from "node:zlib";
import type { RootCalls } from "../../vm/context.ts";
import { fromBytes } from "../../vm/pairs.ts";
import { bytesField, readProto, textField } from "../../vm/protobuf.ts";
import { Status } from "../../vm/status.ts";
import type { ForeignFunction } from "../foreign.ts";
import { expressionFunctions } from "./expressions.ts";
import { sign, verifySignature } from "./signatures.ts";

/** zlib's format at its default level, byte by byte as Envoy writes it. */
const compress: ForeignFunction = (_vm, argument) => ({
  status: Status.Ok,
  result: new Uint8Array(deflateSync(argument)),
});

const uncompress: ForeignFunction = (_vm, argument) => {
  try {
    return { status: Status.Ok, result: new Uint8Array(inflateSync(argument)) };
  } catch {
    return { status: Status.SerializationFailure };
  }
};

const clearRouteCache: ForeignFunction = (vm) => {
  vm.context?.stream?.clearRouteCache();
  return { status: Status.Ok };
};

/** Keys that a filter of Envoy has a reader for; other keys answer 1, as in Envoy. */
const FILTER_STATE_KEYS = new Set([
  "envoy.string",
  "envoy.hashable_string",
  "envoy.tcp_proxy.cluster",
  "envoy.upstream.dynamic_host",
  "envoy.network.upstream_server_name",
  "envoy.network.application_protocols",
  "envoy.network.upstream_subject_alt_names",
]);

/** `SetEnvoyFilterStateArguments`: state that other filters of Envoy read. Here it can only be read back. */
const setEnvoyFilterState: ForeignFunction = (vm, argument) => {
  const fields = readProto(argument);
  const path = fields && textField(fields, 1);
  if (fields === undefined || path === undefined) return { status: Status.BadArgument };
  const stream = vm.context?.stream;
  if (stream === undefined || !FILTER_STATE_KEYS.has(path)) return { status: Status.NotFound };
  stream.setFilterState(path, bytesField(fields, 2) ?? new Uint8Array());
  return { status: Status.Ok };
};

const declared = new WeakMap<RootCalls, Set<string>>();

/**
 * `DeclarePropertyArguments`: how a property of that name is to be kept. 2: it has been declared before. Values are bytes
 * for `proxy_get_property` whatever their type, and can be written again even where they are declared read-only.
 */
const declareProperty: ForeignFunction = (vm, argument) => {
  const fields = readProto(argument);
  const root = vm.context?.root;
  if (fields === undefined || root === undefined) return { status: Status.BadArgument };
  const name = fromBytes(bytesField(fields, 1) ?? new Uint8Array());
  const names = declared.get(root) ?? new Set();
  declared.set(root, names);
  if (names.has(name)) return { status: Status.BadArgument };
  names.add(name);
  return { status: Status.Ok };
};

/** Source: Envoy, source/extensions/common/wasm/foreign.cc. */
export const envoyForeignFunctions: Record<string, ForeignFunction> = {
  compress,
  uncompress,
  clear_route_cache: clearRouteCache,
  set_envoy_filter_state: setEnvoyFilterState,
  declare_property: declareProperty,
  ...expressionFunctions,
  sign,
  verify_signature: verifySignature,
};
