import { utf8 } from "../abi/literals";
import { getPropertyNumber } from "./properties";

/** Whether this is Higress (ABI 0.2.100: header status 1 holds the headers while the body still comes). Only it knows this property. */
export function isHigress(): bool {
  return getPropertyNumber(utf8("plugin_vm_memory"), -1) >= 0;
}
