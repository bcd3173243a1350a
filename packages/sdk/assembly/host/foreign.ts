import { OUT, clearOut, keepNext, takeKept } from "../abi/allocator";
import { Status } from "../abi/enums";
import { proxy_call_foreign_function } from "../abi/imports-state";
import { encodeText, lengthOf, pointerOf, release } from "../abi/text";

/** The result may be empty; `foreignStatus` says whether the call has succeeded. */
export function callForeign(name: string, data: usize, length: usize): ArrayBuffer | null {
  clearOut();
  keepNext();
  const text = encodeText(name);
  foreignStatus = proxy_call_foreign_function(pointerOf(text), lengthOf(text), data, length, OUT, OUT + 4);
  release();
  return takeKept();
}
export let foreignStatus: Status = Status.Ok;
