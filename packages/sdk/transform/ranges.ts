import * as compiler from "assemblyscript";
import { type Compiler, type Node, type Source, childrenOf } from "./compiler.ts";

// oxlint-disable-next-line no-explicit-any -- asc types its internals as ambient declarations of its own dialect
const internals = compiler as any;
const { LiteralKind, NodeKind } = internals;

const ENDS = new Map([
  ["min", "i32.MIN_VALUE"],
  ["max", "i32.MAX_VALUE"],
]);
const READER = "~lib/@gateway-plugins/sdk/assembly/config/reader/ConfigReader";
/** How many arguments they have, with the range. */
const METHODS = new Map([
  ["integer", 3],
  ["requireInteger", 2],
]);

/** The arguments of a call as they are written, and with a number for each end of the range. */
interface Arguments {
  call: Node;
  written: Node[];
  spread: Node[];
}

/**
 * Compiles `json.integer("a", 1, { min: 0 })` as `json.integerBetween("a", 1, 0, i32.MAX_VALUE)`, and `requireInteger` alike: as an argument the
 * literal is an object that is made for each reading. Only the compiler knows whose method it is, so that is told where it looks it up.
 */
export function spreadRanges(sources: readonly Source[], { resolver }: Compiler["program"]): void {
  const calls = new Map<Node, Arguments>();
  for (const { text, statements } of sources)
    if (/\b(?:integer|requireInteger)\s*\(/.test(text)) for (const node of statements) collect(node, calls);
  if (calls.size === 0) return;
  const lookup = resolver.lookupExpression.bind(resolver);
  resolver.lookupExpression = (node, ...rest) => {
    const found = lookup(node, ...rest);
    const args = calls.get(node);
    if (!args || !found) return found;
    const isReaders = found.parent.internalName === READER;
    // Anew each time: in a generic function it may be another class's the next time.
    args.call["args"] = isReaders ? args.spread : args.written;
    return isReaders ? found.parent.getMember(`${found.name}Between`) : found;
  };
}
function collect(node: Node, calls: Map<Node, Arguments>): void {
  const spread = node.kind === NodeKind.Call && spreadArguments(node);
  if (spread) calls.set(node["expression"], { call: node, written: node["args"], spread });
  for (const child of childrenOf(node)) collect(child, calls);
}
/** Undefined where no range is written out. */
function spreadArguments(call: Node): Node[] | undefined {
  const method: Node = call["expression"];
  const args: Node[] = call["args"];
  const range = args.at(-1);
  if (method.kind !== NodeKind.PropertyAccess || args.length !== METHODS.get(method["property"].text)) return;
  if (range?.kind !== NodeKind.Literal || range["literalKind"] !== LiteralKind.Object) return;
  const names: string[] = range["names"].map(({ text }: Node) => text);
  // What is no range asc reports.
  if (names.some((name) => !ENDS.has(name))) return;
  const ends = [...ENDS].map(([name, otherwise]): Node => {
    const at = names.indexOf(name);
    return at < 0 ? expression(otherwise, range) : range["values"][at];
  });
  return [...args.slice(0, -1), ...ends];
}
function expression(text: string, place: Node): Node {
  const source = new internals.Source(0, place.range.source.normalizedPath, text);
  return new internals.Parser().parseExpression(new internals.Tokenizer(source));
}
