import { isScalar, type Node, type YAMLMap } from "yaml";
import { isDeepStrictEqual } from "node:util";
import { ACCEPTED, DEFAULT_REMEDY, REMEDIES } from "./accepted.ts";
import { nearest } from "./nearest.ts";
import { Value } from "./value.ts";

/** The fields of one object, by their names in the proto files; lowerCamelCase is the same field, as in proto JSON. */
export class Message {
  readonly kind: string;
  readonly value: Value;
  readonly #fields = new Map<string, Value>();
  readonly #read = new Set<string>();
  /** Names as they stand in the file. */
  readonly #written = new Map<string, string>();

  constructor(kind: string, value: Value, map: YAMLMap) {
    this.kind = kind;
    this.value = value;
    for (const { key, value: item } of map.items) {
      const name = isScalar(key) ? String(key.value) : "(not a plain key)";
      this.#written.set(toSnakeCase(name), name);
      const path = value.path === "" ? name : `${value.path}.${name}`;
      const line = value.document.lineOf(key as Node);
      this.#fields.set(
        toSnakeCase(name),
        new Value(value.document, value.document.resolve(item), path, line),
      );
    }
  }

  /** The field's value; undefined when the field is absent. */
  optional(name: string): Value | undefined {
    this.#read.add(name);
    return this.#fields.get(name);
  }

  /** Every field, of a message that is a map. */
  all(): [name: string, value: Value][] {
    for (const name of this.#fields.keys()) this.#read.add(name);
    return [...this.#fields].map(([name, value]) => [this.#written.get(name) ?? name, value]);
  }

  /** As `optional`, but its absence is a problem. */
  required(name: string): Value | undefined {
    const field = this.optional(name);
    return field ?? this.problem(`${name} is missing; Envoy requires it`);
  }

  /** The one field among `names` that is present: exactly one must be, unless `optional`. */
  oneOf(names: readonly string[], optional = false): [name: string, value: Value] | undefined {
    const present = names.filter((name) => this.optional(name) !== undefined);
    if (present.length > 1) return this.problem(`has ${present.join(" and ")}; keep one of them`);
    const name = present[0];
    if (name !== undefined) return [name, this.#fields.get(name)!];
    return optional ? undefined : this.problem(`needs one of ${names.join(", ")}`);
  }

  problem(message: string): undefined {
    return this.value.problem(message);
  }

  /** For an object that is refused as a whole: its fields need no word each. */
  leaveTheRest(): void {
    for (const name of this.#fields.keys()) this.#read.add(name);
  }

  /** Notes a problem for every field that nobody asked for and that is not known to be without effect. */
  refuseTheRest(): void {
    for (const [name, value] of this.#fields) {
      if (this.#read.has(name)) continue;
      const accepted = ACCEPTED[this.kind]?.[name];
      if (accepted === true) continue;
      if (accepted === undefined) {
        value.problem(this.#refusal(name));
      } else if (!accepted.some((one) => isDeepStrictEqual(one, value.plain()))) {
        const only = accepted.map((one) => JSON.stringify(one)).join(" or ");
        value.problem(
          `only ${only} is simulated, not ${JSON.stringify(value.plain() ?? null)}; ${DEFAULT_REMEDY}`,
        );
      }
    }
  }

  /** A field that Envoy may know and this host does not; or a slip of the pen. */
  #refusal(name: string): string {
    const remedy = REMEDIES[`${this.kind}.${name}`];
    if (remedy !== undefined) return `not simulated; ${remedy}`;
    const meant = nearest(name, [...this.#read, ...Object.keys(ACCEPTED[this.kind] ?? {})]);
    return meant === undefined
      ? `not simulated; ${DEFAULT_REMEDY}`
      : `not known here; did you mean ${meant}? If not, ${DEFAULT_REMEDY}`;
  }
}

/** Names with a dot are no fields but keys of a map, such as an extension's. */
function toSnakeCase(name: string): string {
  if (name.includes(".")) return name;
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}
