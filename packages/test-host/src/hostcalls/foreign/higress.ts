import { bytesField, numberField, readProto } from "../../vm/protobuf.ts";
import { Status } from "../../vm/status.ts";
import type { ForeignFunction } from "../foreign.ts";

/** The log level as 4 bytes, little-endian. */
const getLogLevel: ForeignFunction = (vm) => {
  const result = new Uint8Array(4);
  result[0] = vm.host.guestLogLevel();
  return { status: Status.Ok, result };
};

/**
 * `InjectEncodedDataToFilterChainArguments` {1: body, 2: end of stream}: from a response headers callback that pauses; the
 * headers and the data go on in a turn of their own.
 */
const injectOnHeader: ForeignFunction = (vm, argument) => {
  const fields = readProto(argument);
  if (fields === undefined) return { status: Status.BadArgument };
  const body = bytesField(fields, 1) ?? new Uint8Array();
  const { stream } = vm.context ?? {};
  vm.waits++;
  queueMicrotask(() => {
    vm.waits--;
    stream?.injectResponseData(body.slice(), numberField(fields, 2) !== 0);
  });
  return { status: Status.Ok };
};

/** A bound on the requests that a worker takes in one turn, 8 bytes. Taken, without an effect on what a plugin can see. */
const setMaxRequestsPerIoCycle: ForeignFunction = (_vm, argument) => ({
  status: argument.length === 8 ? Status.Ok : Status.BadArgument,
});

export const higressForeignFunctions: Record<string, ForeignFunction> = {
  get_log_level: getLogLevel,
  inject_encoded_data_to_filter_chain_on_header: injectOnHeader,
  set_global_max_requests_per_io_cycle: setMaxRequestsPerIoCycle,
};
