import { Status } from "../abi/enums";
import { Bytes } from "../bytes/bytes";
import { callForeign, foreignStatus } from "../host/foreign";

/** Functions that a gateway offers by name, beyond the ABI: Envoy's `compress`, `clear_route_cache`, Higress's `get_log_level` and others. */
export namespace foreign {
  /** The function's answer, which may be empty; null when the gateway has no such function here, or it failed. */
  export function call(name: string, argument: Bytes = Bytes.EMPTY): Bytes | null {
    const result = callForeign(name, argument.pointer, argument.length);
    if (foreignStatus != Status.Ok) return null;
    return Bytes.wrap(result);
  }
}
