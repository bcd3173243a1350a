import type { Source } from "./compiler.ts";

/** Options of calls and answers whose code is large; the SDK asks `isDefined(GATEWAY_OPTION_<name>)`. */
const OPTIONS = [
  "body",
  "bufferFlushTimeout",
  "contentType",
  "details",
  "headers",
  "maxBufferSize",
  "timeout",
];
/** Methods that others take notice of; the SDK asks `isDefined(GATEWAY_USES_<name>)`. */
const METHODS = [
  "attempt",
  "breaker",
  "diagnose",
  "initialMetadata",
  "retry",
  "routeCall",
  "stream",
  "trailingMetadata",
];
/** The same of getters. */
const GETTERS = ["hasBody", "state"];
/** What may stand between a name and what follows. */
const GAP = String.raw`(?:\s|/\*[^]*?\*/|//.*)*`;
/** The SDK's sources, and those of AssemblyScript in which such names have another meaning. */
const OTHERS = /^~lib\/(@gateway-plugins\/sdk\/|bindings\/|(atomics|builtins|memory)$)/;

/**
 * Declares what sources besides the SDK's use: the members that one names, and the options that one may set, as a name in an object literal, with
 * quotes or without, or by an assignment, which takes a variable of such a class, `...Options`. Wherever else such a name is followed by a colon, the
 * option is declared, too, which costs its code and nothing else.
 */
export function declareOptions(sources: readonly Source[]): string {
  const isIn = searchOf(sources);
  const assigns = isIn("Options\\b");
  const names = [
    ...OPTIONS.filter(
      (name) =>
        isIn(`(?<![.\\w])${name}(?:${GAP}[:,}]|["']${GAP}:)`) ||
        (assigns && isIn(`\\.${name}${GAP}[-+*/%&|^<>?]*=[^=]`)),
    ).map((name) => `GATEWAY_OPTION_${name}`),
    ...METHODS.filter((name) => usesMethod(sources, name)).map((name) => `GATEWAY_USES_${name}`),
    ...GETTERS.filter((name) => isIn(`\\.\\s*${name}\\b`)).map((name) => `GATEWAY_USES_${name}`),
  ];
  return names.map((name) => `// @ts-ignore\n@global const ${name}: i32 = 1;\n`).join("");
}
/** Whether sources besides the SDK's call a method of that name. */
export function usesMethod(sources: readonly Source[], name: string): boolean {
  return searchOf(sources)(`\\.\\s*${name}\\s*[(<]`);
}
function searchOf(sources: readonly Source[]): (pattern: string) => boolean {
  const texts = sources.filter(({ internalPath }) => !OTHERS.test(internalPath)).map(({ text }) => text);
  return (pattern) => texts.some((text) => new RegExp(pattern).test(text));
}
