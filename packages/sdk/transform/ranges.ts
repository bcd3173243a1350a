import * as compiler from "assemblyscript";
import { type Node, type Source, childrenOf } from "./compiler.ts";

// oxlint-disable-next-line no-explicit-any -- asc types its internals as ambient declarations of its own dialect
const internals = compiler as any;
const { LiteralKind, NodeKind } = internals;

const ENDS = new Map([
  ["min", "i32.MIN_VALUE"],
  ["max", "i32.MAX_VALUE"],
]);

const FUNCTIONS = new Map([
  ["integer", { name: "GATEWAY_INTEGER", arguments: 3 }],
  ["requireInteger", { name: "GATEWAY_REQUIRE_INTEGER", arguments: 2 }],
]);

/**
 * Writes `json.integer("a", 1, { min: 0 })` as `GATEWAY_INTEGER(json, "a", 1, 0, i32.MAX_VALUE)`, and `requireInteger` alike: as an argument the
 * literal is an object that is made for each reading.
 */
export function spreadRanges(source: Source): void {
  if (/\b(?:integer|requireInteger)\s*\(/.test(source.text)) source.statements.forEach(visit);
}
function visit(node: Node): void {
  if (node.kind === NodeKind.Call) spread(node);
  childrenOf(node).forEach(visit);
}
function spread(call: Node): void {
  const method: Node = call["expression"];
  const instead = method.kind === NodeKind.PropertyAccess && FUNCTIONS.get(method["property"].text);
  const args: Node[] = call["args"];
  const range = args.at(-1);
  if (!instead || args.length !== instead.arguments || range?.kind !== NodeKind.Literal) return;
  if (range["literalKind"] !== LiteralKind.Object) return;
  const names: string[] = range["names"].map(({ text }: Node) => text);
  // What is no range asc reports.
  if (names.some((name) => !ENDS.has(name))) return;
  const ends = [...ENDS].map(([name, otherwise]): Node => {
    const at = names.indexOf(name);
    return at < 0 ? expression(otherwise, range) : range["values"][at];
  });
  call["args"] = [method["expression"], ...args.slice(0, -1), ...ends];
  call["expression"] = expression(instead.name, method);
}
function expression(text: string, place: Node): Node {
  const source = new internals.Source(0, place.range.source.normalizedPath, text);
  return new internals.Parser().parseExpression(new internals.Tokenizer(source));
}
