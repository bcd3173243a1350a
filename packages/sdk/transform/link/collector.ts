import { type Binaryen, type Module, type Ref, type Segment, exportsOf, functionsOf } from "./binaryen.ts";
import { isText } from "./literals.ts";
import { reachable } from "./reach.ts";
import { runtime } from "./runtime.ts";
import { kindOf, walk } from "./walk.ts";

export const ALLOCATE = runtime("__new");
const VISIT = runtime("__visit");
const CALLBACK = "~lib/@gateway-plugins/sdk/assembly/stream/callback/";
/** Between callbacks garbage is collected. */
export const HOOKS = [`${CALLBACK}enterCallback`, `${CALLBACK}leaveCallback`];
/** What the second of them asks. */
const ALLOCATED = "~lib/@gateway-plugins/sdk/assembly/runtime/allocation/allocation.bytes";
/** Callbacks that run now and then, not on requests: the first collects when it is done, the second serves `READ_BUFFER`. */
const RARE = ["proxy_on_configure", "proxy_on_memory_allocate"];
const READ_BUFFER = "proxy_get_buffer_bytes";

/** The functions that these steps look for. */
export const COLLECTOR = ["*/__new", "*/__visit", ...HOOKS];

/** Leaves garbage collection out of the callbacks of requests where none of them can make an object. `byNumber`: what they may call without naming it. */
export function dropCollector(module: Module, binaryen: Binaryen, byNumber: readonly string[]): void {
  const callbacks = exportsOf(binaryen, module).filter(({ name }) => !RARE.includes(name));
  const reached = reachable(
    module,
    binaryen,
    callbacks.map(({ value }) => value),
    { byNumber },
  );
  if (!reached.has(HOOKS[0]!) || [...reached].some((name) => ALLOCATE.test(name) || name === READ_BUFFER))
    return;
  for (const name of HOOKS) {
    module.removeFunction(name);
    module.addFunction(name, binaryen.none, binaryen.none, [], module.nop());
  }
  stopCounting(module, binaryen);
}
/** A count that stays 0 is no code. */
export function stopCounting(module: Module, binaryen: Binaryen): void {
  for (const { module: imported, body } of functionsOf(binaryen, module))
    if (!imported)
      walk(binaryen, body, (kind, info, ref) => {
        if (kind === "GlobalSet" && info["name"] === ALLOCATED)
          binaryen.GlobalSet.setValue(ref, module.i32.const(0));
      });
}

/** Static strings are never freed and point to nothing: the collector need not visit them, and an unused one is then dropped. */
export function skipStaticTexts(module: Module, binaryen: Binaryen, segments: readonly Segment[]): void {
  for (const { module: imported, body } of functionsOf(binaryen, module)) {
    if (imported) continue;
    walk(binaryen, body, (kind, info, ref) => {
      if (kind !== "Call" || !VISIT.test(info["target"])) return;
      const [pointer, ...rest]: Ref[] = info["operands"];
      if (kindOf(binaryen, pointer!) !== "Const") return;
      if (!isText(segments, binaryen.getExpressionInfo(pointer!)["value"])) return;
      const skip = `gateway skip ${rest.length}`;
      if (!functionsOf(binaryen, module).some((f) => f.name === skip)) {
        const params = binaryen.createType([binaryen.i32, ...rest.map(() => binaryen.i32)]);
        module.addFunction(skip, params, binaryen.none, [], module.nop());
      }
      binaryen.Call.setTarget(ref, skip);
    });
  }
}
