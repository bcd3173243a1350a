// Callbacks of the gateway, which may stand inside one another, and the garbage that is left when the outermost one is over.
import { allocation } from "../runtime/allocation";
import { freeObjects, isScoped, keepObjects } from "../runtime/scope";

/** A collection takes as long as there is memory, so this part of it is filled before the next: an eighth of each page. */
const COLLECT_BYTES: usize = 1 << 13;
// A callback that starts a call which fails at once, whose callback starts a call ...: an end to it.
const MAX_NESTING: i32 = 16;
let depth: i32 = 0;
/** How many have ended that stood in no other; where some source asks for attempts. */
export let callbacksEnded: u32 = 0;

// The link step empties the first two where no callback can make an object, and the last where nothing needs a collector.
/** A callback begins. Hosts may nest them. */
export function enterCallback(): void {
  depth++;
}
/** A callback ends. Garbage is collected only here, where no frame of the guest can hold an object. */
export function leaveCallback(): void {
  if (--depth) return;
  if (isDefined(GATEWAY_USES_attempt)) callbacksEnded++;
  if (isScoped) freeObjects(keepObjects());
  else if (ASC_RUNTIME == 1) {
    const part = <usize>memory.size() * COLLECT_BYTES;
    // AssemblyScript's heap does not count: 64 callbacks fill the part.
    if (isDefined(GATEWAY_HEAP)) allocation.bytes += part / 64;
    if (allocation.bytes >= part) collectGarbage();
  }
}
/** A callback runs in the middle of what has sent its call, until `unnest`. False when it must not: 16 do already. */
export function nest(): bool {
  const mayNest = depth <= MAX_NESTING;
  depth += i32(mayNest);
  return mayNest;
}
export function unnest(): void {
  depth--;
}
function collectGarbage(): void {
  allocation.bytes = 0;
  __collect();
}
/** Collects now, unless the host has called back in the middle of a callback. */
export function collectOutside(): void {
  if (ASC_RUNTIME == 1) if (!depth) collectGarbage();
}
