import { OUT, clearOut, keepNext, takeKept } from "../abi/allocator";
import { Status } from "../abi/enums";
import {
  proxy_dequeue_shared_queue,
  proxy_enqueue_shared_queue,
  proxy_register_shared_queue,
  proxy_resolve_shared_queue,
} from "../abi/imports-state";
import { encodeText, lengthOf, pointerOf, release } from "../abi/text";

/** The queue's number, made if need be; 0 when the gateway refuses. */
export function registerQueue(name: string): u32 {
  const text = encodeText(name);
  clearOut();
  const status = proxy_register_shared_queue(pointerOf(text), lengthOf(text), OUT);
  release();
  return status == Status.Ok ? load<u32>(OUT) : 0;
}
/** The number of a queue that another VM has made; 0 when there is none. */
export function resolveQueue(vm: string, name: string): u32 {
  const id = encodeText(vm);
  const text = encodeText(name);
  clearOut();
  const status = proxy_resolve_shared_queue(
    pointerOf(id),
    lengthOf(id),
    pointerOf(text),
    lengthOf(text),
    OUT,
  );
  release();
  return status == Status.Ok ? load<u32>(OUT) : 0;
}
export function enqueue(queue: u32, value: usize, length: usize): Status {
  return proxy_enqueue_shared_queue(queue, value, length);
}
/** The oldest message, "taken" says whether there was one: it may be empty. */
export function dequeue(queue: u32): ArrayBuffer | null {
  clearOut();
  keepNext();
  taken = proxy_dequeue_shared_queue(queue, OUT, OUT + 4) == Status.Ok;
  return takeKept();
}
export let taken: bool = false;
