import { utf8 } from "../abi/literals";
import { getPropertyNumber } from "./properties";

// -1 until it is known.
let holding: i32 = -1;

/** Whether header status 1 holds the headers while the body still comes, asked once: Higress does (ABI 0.2.100), and only it knows this property. */
export function holdsHeaders(): bool {
  if (holding < 0) holding = i32(getPropertyNumber(utf8("plugin_vm_memory"), -1) >= 0);
  return holding != 0;
}
/** Says it in the gateway's place. */
export function assumeHolding(holds: bool): void {
  holding = i32(holds);
}
