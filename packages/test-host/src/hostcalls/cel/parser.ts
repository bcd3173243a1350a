import { CelSyntaxError, tokens, type Token } from "./lexer.ts";

export type Expression =
  | { kind: "value"; value: bigint | number | string | boolean | null | Uint8Array | { uint: bigint } }
  | { kind: "name"; name: string }
  | { kind: "select"; of: Expression; field: string }
  | { kind: "index"; of: Expression; key: Expression }
  | { kind: "call"; name: string; target: Expression | undefined; args: Expression[] }
  | { kind: "list"; items: Expression[] }
  | { kind: "map"; entries: [Expression, Expression][] };

const LEVELS = [["||"], ["&&"], ["==", "!=", "<", "<=", ">", ">=", "in"], ["+", "-"], ["*", "/", "%"]];
const DEEPEST = 64;

/** @throws CelSyntaxError */
export function parse(text: string): Expression {
  const parser = new Parser(tokens(text));
  const expression = parser.expression();
  parser.end();
  return expression;
}

/** Operators become calls of their sign; `? :` of `?`. */
class Parser {
  readonly #tokens: Token[];
  #at = 0;
  #depth = 0;

  constructor(list: Token[]) {
    this.#tokens = list;
  }

  get #next(): Token {
    return this.#tokens[this.#at] ?? { kind: "end" };
  }

  end(): void {
    if (this.#next.kind !== "end") throw new CelSyntaxError("something follows the expression");
  }

  expression(): Expression {
    if (++this.#depth > DEEPEST) throw new CelSyntaxError("nested too deep");
    const condition = this.#binary(0);
    let result = condition;
    if (this.#take("?")) {
      const yes = this.#binary(0);
      this.#expect(":");
      result = { kind: "call", name: "?", target: undefined, args: [condition, yes, this.expression()] };
    }
    this.#depth--;
    return result;
  }

  #binary(level: number): Expression {
    const signs = LEVELS[level];
    if (signs === undefined) return this.#unary();
    let left = this.#binary(level + 1);
    for (let sign = this.#takeOne(signs); sign !== undefined; sign = this.#takeOne(signs))
      left = { kind: "call", name: sign, target: undefined, args: [left, this.#binary(level + 1)] };
    return left;
  }

  #unary(): Expression {
    if (this.#take("!")) return { kind: "call", name: "!", target: undefined, args: [this.#unary()] };
    if (this.#take("-")) {
      const operand = this.#unary();
      if (operand.kind === "value" && typeof operand.value === "bigint")
        return { kind: "value", value: -operand.value };
      return { kind: "call", name: "-x", target: undefined, args: [operand] };
    }
    return this.#member();
  }

  #member(): Expression {
    let of = this.#primary();
    for (;;) {
      if (this.#take("[")) {
        const key = this.expression();
        this.#expect("]");
        of = { kind: "index", of, key };
      } else if (this.#take(".")) {
        const field = this.#name();
        of = this.#take("(")
          ? { kind: "call", name: field, target: of, args: this.#list(")") }
          : { kind: "select", of, field };
      } else return of;
    }
  }

  #primary(): Expression {
    const token = this.#next;
    this.#at++;
    switch (token.kind) {
      case "uint":
        return { kind: "value", value: { uint: token.value } };
      case "int":
      case "double":
      case "string":
      case "bytes":
        return { kind: "value", value: token.value };
      case "name":
        return this.#named(token.text);
      case "sign":
        if (token.text === "(") {
          const inner = this.expression();
          this.#expect(")");
          return inner;
        }
        if (token.text === "[") return { kind: "list", items: this.#list("]") };
        if (token.text === "{") return { kind: "map", entries: this.#entries() };
        throw new CelSyntaxError(`unexpected ${token.text}`);
      default:
        throw new CelSyntaxError("unexpected end");
    }
  }

  #named(name: string): Expression {
    if (name === "true" || name === "false") return { kind: "value", value: name === "true" };
    if (name === "null") return { kind: "value", value: null };
    if (name === "in") throw new CelSyntaxError("unexpected in");
    if (this.#take("(")) return { kind: "call", name, target: undefined, args: this.#list(")") };
    return { kind: "name", name };
  }

  #list(close: string): Expression[] {
    const items: Expression[] = [];
    while (!this.#take(close)) {
      items.push(this.expression());
      if (!this.#take(",")) {
        this.#expect(close);
        break;
      }
    }
    return items;
  }

  #entries(): [Expression, Expression][] {
    const entries: [Expression, Expression][] = [];
    while (!this.#take("}")) {
      const key = this.expression();
      this.#expect(":");
      entries.push([key, this.expression()]);
      if (!this.#take(",")) {
        this.#expect("}");
        break;
      }
    }
    return entries;
  }

  #name(): string {
    const token = this.#next;
    if (token.kind !== "name") throw new CelSyntaxError("a field's name is missing");
    this.#at++;
    return token.text;
  }

  #take(text: string): boolean {
    return this.#takeOne([text]) !== undefined;
  }

  #takeOne(texts: readonly string[]): string | undefined {
    const token = this.#next;
    if ((token.kind !== "sign" && token.kind !== "name") || !texts.includes(token.text)) return undefined;
    this.#at++;
    return token.text;
  }

  #expect(text: string): void {
    if (!this.#take(text)) throw new CelSyntaxError(`${text} is missing`);
  }
}
