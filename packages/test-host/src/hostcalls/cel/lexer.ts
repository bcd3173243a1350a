/** The text is no expression: `expr_create` answers 2. */
export class CelSyntaxError extends Error {}

export type Token =
  | { kind: "int"; value: bigint }
  | { kind: "uint"; value: bigint }
  | { kind: "double"; value: number }
  | { kind: "string"; value: string }
  | { kind: "bytes"; value: Uint8Array }
  | { kind: "name"; text: string }
  | { kind: "sign"; text: string }
  | { kind: "end" };

const SPACE = /(?:\s+|\/\/[^\n]*)*/y;
const NUMBER =
  /0[xX]([0-9a-fA-F]+)([uU]?)|(\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+|\.\d+(?:[eE][+-]?\d+)?)|(\d+)([uU]?)/y;
const STRING = /([rRbB]{0,2})("""[^]*?"""|'''[^]*?'''|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')/y;
const RAW_STRING = /([bB]?[rR][bB]?)("[^"\n]*"|'[^'\n]*')/y;
const NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const SIGN = /&&|\|\||==|!=|<=|>=|[-+*/%!<>?:.,()[\]{}]/y;

const ESCAPES: Record<string, string> = { n: "\n", r: "\r", t: "\t", a: "\x07", b: "\b", f: "\f", v: "\v" };

/** Cuts a CEL expression into tokens; the last one is the end. */
export function tokens(text: string): Token[] {
  const found: Token[] = [];
  let at = 0;
  const match = (pattern: RegExp): RegExpExecArray | undefined => {
    pattern.lastIndex = at;
    const result = pattern.exec(text);
    if (result === null) return undefined;
    at = pattern.lastIndex;
    return result;
  };
  for (;;) {
    match(SPACE);
    if (at >= text.length) return [...found, { kind: "end" }];
    const string = match(RAW_STRING) ?? match(STRING);
    const number = string === undefined ? match(NUMBER) : undefined;
    if (string !== undefined) found.push(stringToken(string[1] ?? "", string[2] ?? ""));
    else if (number !== undefined) found.push(numberToken(number));
    else {
      const name = match(NAME);
      const sign = name === undefined ? match(SIGN) : undefined;
      if (name !== undefined) found.push({ kind: "name", text: name[0] });
      else if (sign !== undefined) found.push({ kind: "sign", text: sign[0] });
      else throw new CelSyntaxError(`unexpected ${JSON.stringify(text[at])}`);
    }
  }
}

function numberToken([, hex, hexUnsigned, double, decimal, unsigned]: RegExpExecArray): Token {
  if (double !== undefined) return { kind: "double", value: Number(double) };
  const value = BigInt(hex === undefined ? (decimal ?? "0") : `0x${hex}`);
  return { kind: hexUnsigned || unsigned ? "uint" : "int", value };
}

function stringToken(prefix: string, quoted: string): Token {
  const quotes = /^("""|'''|"|')/.exec(quoted)?.[0].length ?? 1;
  const inner = quoted.slice(quotes, -quotes);
  const value = /r/i.test(prefix) ? inner : unescaped(inner);
  return /b/i.test(prefix)
    ? { kind: "bytes", value: new TextEncoder().encode(value) }
    : { kind: "string", value };
}

function unescaped(text: string): string {
  return text.replace(
    /\\(?:x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})|(.))/gs,
    (_all, x?: string, u?: string, long?: string, octal?: string, other = "") => {
      const hex = x ?? u ?? long;
      if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
      if (octal !== undefined) return String.fromCodePoint(Number.parseInt(octal, 8));
      return ESCAPES[other] ?? other;
    },
  );
}
