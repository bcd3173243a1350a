import * as compiler from "assemblyscript";
import type { Node, Source } from "../compiler.ts";
import type { Report } from "./report.ts";

// oxlint-disable-next-line no-explicit-any -- asc types its internals as ambient declarations of its own dialect
const { NodeKind } = compiler as any;

/** One plugin in a module, and classes for what is made for it. */
export class Plugins {
  readonly #source: Source;
  readonly #report: Report;
  #hasPlugin = false;

  constructor(source: Source, report: Report) {
    this.#source = source;
    this.#report = report;
  }

  /** `new` of some class. */
  made(node: Node, isTopLevel: boolean): void {
    if (node["typeName"].identifier.text !== "Plugin") return;
    if (this.#hasPlugin && isTopLevel)
      this.#report.error(
        node.range,
        "a module is one plugin: this one's name and handlers would replace those of the one above.",
      );
    this.#hasPlugin ||= isTopLevel;
    for (const argument of node["typeArguments"] ?? []) {
      const name: string = argument.name?.identifier.text;
      if (this.#isInterface(name))
        this.#report.error(
          argument.range,
          `'${name}' has to be a class, whose fields have initial values: the SDK makes objects of it.`,
        );
    }
  }

  #isInterface(name: string): boolean {
    return this.#source.statements.some(
      (statement) => statement.kind === NodeKind.InterfaceDeclaration && statement["name"].text === name,
    );
  }
}
