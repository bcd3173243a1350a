import { isAlias, LineCounter, parseAllDocuments, parseDocument, type Document, type Node } from "yaml";
import type { Problem } from "./problems.ts";

/** A parsed file: finds lines, follows aliases, collects what is wrong. */
export class ConfigDocument {
  readonly problems: Problem[] = [];
  readonly root: Node | undefined;
  readonly #lines: LineCounter;
  readonly #document: Document;

  /** YAML, of which JSON is a part. Syntax errors become problems. */
  constructor(text: string);
  /** One document of a file that `lines` has counted. */
  constructor(document: Document, lines: LineCounter);
  constructor(given: string | Document, lines = new LineCounter()) {
    this.#lines = lines;
    this.#document =
      typeof given === "string" ? parseDocument(given, { lineCounter: lines, prettyErrors: false }) : given;
    for (const error of this.#document.errors) {
      this.problems.push({
        line: this.#lines.linePos(error.pos[0]).line,
        path: "(syntax)",
        message: error.message,
      });
    }
    this.root = this.resolve(this.#document.contents);
  }

  /** Every document of a file, those that hold nothing left out. */
  static all(text: string): ConfigDocument[] {
    const lines = new LineCounter();
    const documents = parseAllDocuments(text, { lineCounter: lines, prettyErrors: false }) as Document[];
    return documents
      .filter((document) => document.contents !== null || document.errors.length > 0)
      .map((document) => new ConfigDocument(document, lines));
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
