import * as compiler from "assemblyscript";
import { type Node, type Source, childrenOf } from "./compiler.ts";

// oxlint-disable-next-line no-explicit-any -- asc types its internals as ambient declarations of its own dialect
const { NodeKind } = compiler as any;

const SDK = "~lib/@gateway-plugins/sdk/";
/** AssemblyScript's own files have no folder, or one of these. */
const STANDARD = /^~lib\/(?:[^/]+|(?:bindings|rt|shared|util)\/.+)$/;
/**
 * What code gets at the memory of objects by: with type arguments, before a dot, behind that of a number's type, and the runtime's own. A call by a number
 * takes an object for whatever its function takes.
 */
const TYPED = /^(?:changetype|load|store)$/;
const OBJECTS = /^(?:atomic|heap|memory|v128|[if]\d+x\d+)$/;
const ACCESS = /^(?:atomic|(?:load|store)\d*(?:_[su])?)$/;
const NUMBERS = /^[if](?:32|64)$/;
const RUNTIME = /^(?:__[a-z]|call_indirect$)/;

/** Whether a source that is neither AssemblyScript's nor the SDK's reads or writes memory by itself. */
export function reachesForMemory(sources: readonly Source[]): boolean {
  return authorsOf(sources).some(({ statements }) => statements.some(reaches));
}
/** Whether one of them looks elements up without a comparison with the length. `always`: so the compiler has been told to do everywhere. */
export function looksUpUnchecked(sources: readonly Source[], always: boolean): boolean {
  return always || authorsOf(sources).some(({ text }) => /\bunchecked\s*\(/.test(text));
}
function authorsOf(sources: readonly Source[]): Source[] {
  return sources.filter(({ internalPath }) => !internalPath.startsWith(SDK) && !STANDARD.test(internalPath));
}
function reaches(node: Node): boolean {
  if (node.kind === NodeKind.Call && node["typeArguments"] && TYPED.test(node["expression"].text))
    return true;
  if (node.kind === NodeKind.PropertyAccess && node["expression"].kind === NodeKind.Identifier) {
    const object: string = node["expression"].text;
    if (OBJECTS.test(object) || (NUMBERS.test(object) && ACCESS.test(node["property"].text))) return true;
  }
  return (node.kind === NodeKind.Identifier && RUNTIME.test(node["text"])) || childrenOf(node).some(reaches);
}
