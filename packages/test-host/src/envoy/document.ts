import { isAlias, LineCounter, parseDocument, type Document, type Node } from "yaml";
import type { Problem } from "./problems.ts";

/** A parsed file: finds lines, follows aliases, collects what is wrong. */
export class ConfigDocument {
  readonly problems: Problem[] = [];
  readonly root: Node | undefined;
  readonly #lines = new LineCounter();
  readonly #document: Document;

  /** YAML, of which JSON is a part. Syntax errors become problems. */
  constructor(text: string) {
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    for (const error of this.#document.errors) {
      this.problems.push({
        line: this.#lines.linePos(error.pos[0]).line,
        path: "(syntax)",
        message: error.message,
      });
    }
    this.root = this.resolve(this.#document.contents);
  }

  resolve(node: unknown): Node | undefined {
    if (isAlias(node)) return node.resolve(this.#document) as Node | undefined;
    return (node as Node | null) ?? undefined;
  }

  lineOf(node: Node | undefined): number {
    const offset = node?.range?.[0];
    return offset === undefined ? 1 : this.#lines.linePos(offset).line;
  }

  plain(node: Node | undefined): unknown {
    return node?.toJS(this.#document);
  }
}
