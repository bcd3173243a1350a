import * as compiler from "assemblyscript";
import type { Node, Source } from "../compiler.ts";
import { areBodies, callbacksOf } from "./handlers.ts";
import type { Report } from "./report.ts";

// oxlint-disable-next-line no-explicit-any -- asc types its internals as ambient declarations of its own dialect
const { NodeKind } = compiler as any;

/** The handlers of a source's plugins: one callback has one, in one chain or in several of the same variable. */
export class Registrations {
  readonly #source: Source;
  readonly #report: Report;
  /** Handlers of plugins that have a name, by the name. */
  readonly #registered = new Map<string, string[]>();

  constructor(source: Source, report: Report) {
    this.#source = source;
    this.#report = report;
  }

  /** A variable that may be a plugin, with the handlers of its declaration. */
  declare(variable: string, initializer: Node): void {
    this.#registered.set(variable, chainOf(initializer).names);
  }

  /** A call of a method, which may register a handler. */
  register(call: Node, name: string): void {
    const callbacks = callbacksOf(name);
    if (callbacks.length === 0) return;
    const { names, start } = chainOf(call["expression"]["expression"]);
    const variable: string = start?.kind === NodeKind.Identifier ? start["text"] : "";
    const before = this.#registered.get(variable) ?? [];
    if (variable !== "") this.#registered.set(variable, [...before, name]);
    const others = [...names, ...before];
    const { range } = call["expression"].property;
    const earlier = others.find((one) => callbacksOf(one).some((callback) => callbacks.includes(callback)));
    const body = others.find((one) => areBodies(one, name));
    if (earlier !== undefined)
      this.#report.error(
        range,
        `'${name}' would replace '${earlier}' above: a callback has one handler. Do both in one.`,
      );
    else if (body !== undefined && !/\.bufferBody\s*\(/.test(this.#source.text))
      this.#report.error(
        range,
        `of '${body}' and '${name}' only that for chunks runs, unless ctx.${/Request/.test(name) ? "request" : "response"}.bufferBody() chooses the other one.`,
      );
  }
}

/** Calls of a chain such as `new Plugin("p").onLog(...).onTick(...)`, the last first, and what the chain begins with. */
function chainOf(node: Node): { names: string[]; start: Node } {
  const names: string[] = [];
  let start = node;
  while (start?.kind === NodeKind.Call && start["expression"].kind === NodeKind.PropertyAccess) {
    names.push(start["expression"].property.text);
    start = start["expression"]["expression"];
  }
  return { names, start };
}
