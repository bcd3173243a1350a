import { compileOperator, type Logged, type LogValue } from "./operators.ts";

/** One part of a format: text as it is, or what an operator finds. */
type Part = string | ((logged: Logged) => LogValue);

/** A text with Envoy's `%OPERATOR(argument):length%` in it, ready to be filled in. */
export class Format {
  readonly #parts: readonly Part[];

  /** @throws {Error} that names an operator which is unknown, not simulated, or badly written */
  constructor(text: string) {
    this.#parts = parse(text);
  }

  /** `missing` stands for what is not there: nothing in headers, and `-` in logs unless they omit it. */
  text(logged: Logged, missing: "-" | ""): string {
    return this.#parts
      .map((part) => (typeof part === "string" ? part : String(part(logged) ?? missing)))
      .join("");
  }

  /** For JSON: a lone operator keeps its type, and null is what is missing. */
  value(logged: Logged, missing: "-" | ""): string | number | boolean | null {
    const [only, ...more] = this.#parts;
    if (typeof only === "function" && more.length === 0) return only(logged) ?? null;
    return this.text(logged, missing);
  }
}

const OPERATOR = /^%([A-Z_0-9]+)(?:\(([^)]*)\))?(?::(\d+))?%/;

function parse(text: string): Part[] {
  const parts: Part[] = [];
  let literal = "";
  for (let at = 0; at < text.length;) {
    if (text.startsWith("%%", at) || text[at] !== "%") {
      literal += text[at];
      at += text[at] === "%" ? 2 : 1;
      continue;
    }
    const match = OPERATOR.exec(text.slice(at));
    if (match === null)
      throw new Error(`${JSON.stringify(text.slice(at, at + 30))} is no access log operator`);
    const [whole, name = "", argument, length] = match;
    const operator = compileOperator(name, argument);
    if (literal !== "") parts.push(literal);
    literal = "";
    parts.push(length === undefined ? operator : cut(operator, Number(length)));
    at += whole.length;
  }
  if (literal !== "" || parts.length === 0) parts.push(literal);
  return parts;
}

function cut(operator: (logged: Logged) => LogValue, length: number): (logged: Logged) => LogValue {
  return (logged) => {
    const value = operator(logged);
    return typeof value === "string" ? value.slice(0, length) : value;
  };
}
