import * as compiler from "assemblyscript";
import { type Compiler, type Node, type Source, childrenOf } from "./compiler.ts";

// oxlint-disable-next-line no-explicit-any -- asc types its internals as ambient declarations of its own dialect
const internals = compiler as any;
const { LiteralKind, NodeKind } = internals;

const INTEGERS = new Map([
  ["min", "i32.MIN_VALUE"],
  ["max", "i32.MAX_VALUE"],
]);
const NUMBERS = new Map([
  ["min", "-f64.MAX_VALUE"],
  ["max", "f64.MAX_VALUE"],
]);
const READER = "~lib/@gateway-plugins/sdk/assembly/config/reader/ConfigReader";
/** How many arguments they have, with the range, and what its ends are where they are not written. */
const METHODS = new Map<string, { count: number; ends: ReadonlyMap<string, string> }>([
  ["integer", { count: 3, ends: INTEGERS }],
  ["requireInteger", { count: 2, ends: INTEGERS }],
  ["number", { count: 3, ends: NUMBERS }],
  ["requireNumber", { count: 2, ends: NUMBERS }],
]);
const CALLED = new RegExp(`\\b(?:${[...METHODS.keys()].join("|")})\\s*\\(`);

/** The arguments of a call as they are written, and with a number for each end of the range. */
interface Arguments {
  call: Node;
  written: Node[];
  spread: Node[];
}

/**
 * Compiles `json.integer("a", 1, { min: 0 })` as `json.integerBetween("a", 1, 0, i32.MAX_VALUE)`, and the others alike: as an argument the
 * literal is an object that is made for each reading. Only the compiler knows whose method it is, so that is told where it looks it up.
 */
export function spreadRanges(sources: readonly Source[], { resolver }: Compiler["program"]): void {
  const calls = new Map<Node, Arguments>();
  for (const { text, statements } of sources)
    if (CALLED.test(text)) for (const node of statements) collect(node, calls);
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
  const found = method.kind === NodeKind.PropertyAccess && METHODS.get(method["property"].text);
  if (!found || args.length !== found.count) return;
  if (range?.kind !== NodeKind.Literal || range["literalKind"] !== LiteralKind.Object) return;
  const names: string[] = range["names"].map(({ text }: Node) => text);
  // What is no range asc reports.
  if (names.some((name) => !found.ends.has(name))) return;
  const ends = [...found.ends].map(([name, otherwise]): Node => {
    const at = names.indexOf(name);
    return at < 0 ? expression(otherwise, range) : range["values"][at];
  });
  return [...args.slice(0, -1), ...ends];
}
function expression(text: string, place: Node): Node {
  const source = new internals.Source(0, place.range.source.normalizedPath, text);
  return new internals.Parser().parseExpression(new internals.Tokenizer(source));
}
