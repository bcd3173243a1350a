import { isMap, isScalar, isSeq, type Node } from "yaml";
import type { ConfigDocument } from "./document.ts";
import { parseDuration } from "./duration.ts";
import { Message } from "./message.ts";

/** One value of the configuration and where it stands. Readers answer undefined after they have noted a problem. */
export class Value {
  readonly document: ConfigDocument;
  readonly node: Node | undefined;
  readonly path: string;
  /** Where to point when there is something to say: the key's line, which exists for an empty value too. */
  readonly line: number;

  constructor(document: ConfigDocument, node: Node | undefined, path: string, line = document.lineOf(node)) {
    this.document = document;
    this.node = node;
    this.path = path;
    this.line = line;
  }

  problem(message: string): undefined {
    this.document.problems.push({ line: this.line, path: this.path || "(root)", message });
    return undefined;
  }

  plain(): unknown {
    return this.document.plain(this.node);
  }

  /** Reads an object of the Envoy message `kind`; keys that `read` does not ask for are refused unless accepted. */
  message<T>(kind: string, read: (message: Message) => T): T | undefined {
    if (!isMap(this.node)) return this.#wrongType("an object");
    const message = new Message(kind, this, this.node);
    const result = read(message);
    message.refuseTheRest();
    return result;
  }

  /** A map whose keys are data, not fields. */
  members(): [name: string, value: Value][] | undefined {
    if (!isMap(this.node)) return this.#wrongType("an object");
    return this.node.items.map(({ key, value }) => {
      const name = isScalar(key) ? String(key.value) : "(not a plain key)";
      const line = this.document.lineOf(key as Node);
      return [name, new Value(this.document, this.document.resolve(value), `${this.path}.${name}`, line)];
    });
  }

  list(): Value[] | undefined {
    if (!isSeq(this.node)) return this.#wrongType("a list");
    return this.node.items.map((item, index) => {
      return new Value(this.document, this.document.resolve(item), `${this.path}[${index}]`);
    });
  }

  string(): string | undefined {
    const value = this.#scalar();
    return typeof value === "string" ? value : this.#wrongType("a string");
  }

  boolean(): boolean | undefined {
    const value = this.#scalar();
    return typeof value === "boolean" ? value : this.#wrongType("true or false");
  }

  /** A whole number in the range; proto JSON also allows it as a string. */
  integer(minimum: number, maximum: number): number | undefined {
    const value = this.#scalar();
    const number = typeof value === "string" && /^\d+$/.test(value) ? Number(value) : value;
    if (Number.isInteger(number) && (number as number) >= minimum && (number as number) <= maximum) {
      return number as number;
    }
    return this.#wrongType(`a whole number from ${minimum} to ${maximum}`);
  }

  /** Milliseconds. */
  duration(): number | undefined {
    const value = this.#scalar();
    const milliseconds = typeof value === "string" ? parseDuration(value) : undefined;
    return milliseconds ?? this.#wrongType('a duration in seconds such as "0.25s"');
  }

  oneOf<T extends string>(words: readonly T[], otherwise: string): T | undefined {
    const value = this.#scalar();
    if (words.includes(value as T)) return value as T;
    return this.problem(`${JSON.stringify(value ?? null)} is not simulated; ${otherwise}`);
  }

  #scalar(): unknown {
    return isScalar(this.node) ? this.node.value : undefined;
  }

  #wrongType(wanted: string): undefined {
    const value = this.plain() ?? null;
    const given = Array.isArray(value)
      ? "a list"
      : value !== null && typeof value === "object"
        ? "an object"
        : null;
    return this.problem(`must be ${wanted}, not ${given ?? JSON.stringify(value)}`);
  }
}
