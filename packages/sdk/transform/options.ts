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
const SDK = "~lib/@gateway-plugins/sdk/";

/**
 * Declares the options that some source besides the SDK's may set: as a name in an object literal, or by an assignment. Wherever else such
 * a name is followed by a colon, the option is declared, too, which costs its code and nothing else.
 */
export function declareOptions(sources: readonly Source[]): string {
  const texts = sources.filter(({ internalPath }) => !internalPath.startsWith(SDK)).map(({ text }) => text);
  return OPTIONS.filter((name) => {
    const isSet = new RegExp(`(?<![.\\w])${name}\\s*[:,}]|\\.${name}\\s*=[^=]`);
    return texts.some((text) => isSet.test(text));
  })
    .map((name) => `// @ts-ignore\n@global const GATEWAY_OPTION_${name}: i32 = 1;\n`)
    .join("");
}
