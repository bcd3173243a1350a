import { FUNCTIONS, MACROS } from "./functions.ts";
import { arithmetic, equal, order } from "./operators.ts";
import type { Expression } from "./parser.ts";
import { CelError, isAttribute, isMapAttribute, TIMES, typedProperty, type CelValue } from "./values.ts";

/** Reads a property of the context that asks: undefined is none, null one without a serialized form. */
export type ReadProperty = (path: readonly string[]) => Uint8Array | undefined | null;

/** It reads a time: what Envoy does with it is left out here. */
export class CelTimeError extends Error {}

/** @throws CelError, CelTimeError */
export function evaluate(expression: Expression, read: ReadProperty): CelValue {
  return new Evaluation(read, new Map()).value(expression);
}

class Evaluation {
  readonly #read: ReadProperty;
  readonly #variables: ReadonlyMap<string, CelValue>;

  constructor(read: ReadProperty, variables: ReadonlyMap<string, CelValue>) {
    this.#read = read;
    this.#variables = variables;
  }

  /** Read in full, except for an attribute that is no value: `request`. */
  value(expression: Expression): CelValue {
    const value = this.#operand(expression);
    if (!isAttribute(value)) return value;
    if (TIMES.has(value.path.join("."))) throw new CelTimeError(value.path.join("."));
    const bytes = this.#read(value.path);
    if (bytes === undefined) throw new CelError(`no such attribute: ${value.path.join(".")}`);
    if (bytes === null) return value;
    return typedProperty(value.path, bytes);
  }

  #operand(expression: Expression): CelValue {
    switch (expression.kind) {
      case "value":
        return expression.value;
      case "name":
        return this.#variables.get(expression.name) ?? { path: [expression.name] };
      case "select":
        return this.#member(this.#operand(expression.of), expression.field);
      case "index":
        return this.#member(this.#operand(expression.of), this.value(expression.key));
      case "list":
        return expression.items.map((item) => this.value(item));
      case "map":
        return new Map(expression.entries.map(([key, item]) => [this.value(key), this.value(item)]));
      case "call":
        return this.#call(expression.name, expression.target, expression.args);
    }
  }

  #member(of: CelValue, key: CelValue): CelValue {
    if (isAttribute(of)) {
      if (typeof key !== "string") throw new CelError("no such key");
      return { path: [...of.path, key] };
    }
    if (Array.isArray(of) && typeof key === "bigint" && of[Number(key)] !== undefined)
      return of[Number(key)]!;
    const entry = of instanceof Map ? [...of].find(([name]) => equal(name, key)) : undefined;
    if (entry === undefined) throw new CelError("no such key");
    return entry[1];
  }

  #call(name: string, target: Expression | undefined, args: Expression[]): CelValue {
    const [first, second, third] = args;
    if (name === "&&" || name === "||") return this.#logic(name === "||", first!, second!);
    if (name === "?") return this.value(this.#isTrue(first!) ? second! : third!);
    if (name === "has") return this.#has(first!);
    if (target !== undefined && MACROS.has(name)) return this.#comprehend(name, this.value(target), args);
    if (name === "in") return this.#isIn(this.value(first!), this.#operand(second!));
    const values = [...(target === undefined ? [] : [target]), ...args].map((each) => this.value(each));
    const [a = null, b = null] = values;
    switch (name) {
      case "!":
        if (typeof a !== "boolean") throw new CelError("no such overload");
        return !a;
      case "-x":
        return typeof a === "number" ? -a : arithmetic("-", 0n, a);
      case "==":
        return equal(a, b);
      case "!=":
        return !equal(a, b);
      case "<":
        return order(a, b) < 0;
      case "<=":
        return order(a, b) <= 0;
      case ">":
        return order(a, b) > 0;
      case ">=":
        return order(a, b) >= 0;
      default:
        return FUNCTIONS[name]?.run(...values) ?? arithmetic(name, a, b);
    }
  }

  #isTrue(expression: Expression): boolean {
    const value = this.value(expression);
    if (typeof value !== "boolean") throw new CelError("no such overload");
    return value;
  }

  /** Either side decides alone, whatever the other one fails with. */
  #logic(decisive: boolean, left: Expression, right: Expression): boolean {
    let failure: unknown;
    for (const side of [left, right]) {
      try {
        if (this.#isTrue(side) === decisive) return decisive;
      } catch (error) {
        if (!(error instanceof CelError)) throw error;
        failure ??= error;
      }
    }
    if (failure !== undefined) throw failure;
    return !decisive;
  }

  #has(expression: Expression): boolean {
    if (expression.kind !== "select") throw new CelError("has() takes a field");
    const of = this.#operand(expression.of);
    if (isAttribute(of)) return this.#read([...of.path, expression.field]) !== undefined;
    return of instanceof Map && [...of.keys()].some((key) => equal(key, expression.field));
  }

  #isIn(item: CelValue, of: CelValue): boolean {
    if (isAttribute(of) && isMapAttribute(of))
      return typeof item === "string" && this.#read([...of.path, item]) !== undefined;
    if (Array.isArray(of)) return of.some((each) => equal(each, item));
    if (of instanceof Map) return [...of.keys()].some((key) => equal(key, item));
    throw new CelError("no such overload");
  }

  #comprehend(macro: string, over: CelValue, [variable, body]: Expression[]): CelValue {
    const items = Array.isArray(over) ? over : over instanceof Map ? [...over.keys()] : undefined;
    if (items === undefined || variable?.kind !== "name" || body === undefined)
      throw new CelError("no such overload");
    const { name } = variable;
    const inner = (item: CelValue) =>
      new Evaluation(this.#read, new Map([...this.#variables, [name, item]])).value(body);
    if (macro === "map") return items.map(inner);
    const kept = items.filter((item) => inner(item) === true);
    if (macro === "filter") return kept;
    if (macro === "all") return kept.length === items.length;
    return macro === "exists" ? kept.length > 0 : kept.length === 1;
  }
}
