import * as compiler from "assemblyscript";
import type { Node } from "../compiler.ts";

// oxlint-disable-next-line no-explicit-any -- asc types its internals as ambient declarations of its own dialect
const { NodeKind } = compiler as any;

/** Handlers and callbacks in which no message waits: what they return comes to nothing. */
const UNHELD = /^(?:onLog|onStart|onTick|onQueue|run)$/;

export function holdsNothing(callee: string): boolean {
  return UNHELD.test(callee);
}

/** Why the result of an expression may not be left unused; undefined when it may. `callee`: what the function around it is passed to. */
export function discardedResult(expression: Node, callee: string): string | undefined {
  if (expression.kind !== NodeKind.Call || expression["expression"].kind !== NodeKind.PropertyAccess)
    return undefined;
  const name: string = expression["expression"].property.text;
  if (name === "respond" || name === "respondBytes")
    return `'${name}' answers the request, so its result has to be returned: return ctx.${name}(...).`;
  if (name !== "send" && name !== "sendWith" && name !== "sendBytes") return undefined;
  return holdsNothing(callee)
    ? `there is no message that '${name}' could hold here: make the call with .run(${callee === "onLog" ? "ctx.plugin" : "plugin"}, callback).`
    : `'${name}' holds the message until its callback has run, or answers it, so its result has to be returned: return ....${name}(...).`;
}
