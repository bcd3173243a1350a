// What `TypedJson` reads a class by: methods made from the class's own fields, so that they cannot say anything else than the class does.
import * as compiler from "assemblyscript";
import { errorMessage } from "./diagnostics.ts";
import type { Node, Parser } from "./compiler.ts";

// oxlint-disable-next-line no-explicit-any -- asc types its internals as ambient declarations of its own dialect
const internals = compiler as any;
const { CommonFlags, NodeKind } = internals;

const READER = "~lib/@gateway-plugins/sdk/typed-json/index";
/** Fields that json-as neither writes nor reads. */
const OUTSIDE = CommonFlags.Static | CommonFlags.Private | CommonFlags.Protected;

/** Adds the methods to each class with `@json`, and to those it extends, where the plugin reads typed JSON at all. */
export function addShapes(parser: Parser): void {
  if (!parser.sources.some(({ internalPath }) => internalPath === READER)) return;
  const classes = new Map<string, Node[]>();
  for (const { internalPath, statements } of parser.sources)
    if (!internalPath.startsWith("~lib/json-as/"))
      for (const node of classesIn(statements)) {
        const name: string = node["name"].text;
        classes.set(name, [...(classes.get(name) ?? []), node]);
      }
  const done = new Set<Node>();
  const add = (node: Node) => {
    if (done.has(node)) return;
    done.add(node);
    const base = baseOf(node, classes);
    if (base === null)
      parser.diagnostics.push(
        errorMessage(
          `TypedJson cannot see the class that ${node["name"].text} extends.`,
          node["extendsType"].range,
        ),
      );
    else if (base) add(base);
    for (const text of methodsOf(node, base !== undefined)) node["members"].push(parseMember(text, node));
  };
  for (const nodes of classes.values())
    for (const node of nodes) if (hasDecorator(node, "json", "serializable")) add(node);
}

function classesIn(statements: readonly Node[]): Node[] {
  return statements.flatMap((node) =>
    node.kind === NodeKind.ClassDeclaration
      ? [node]
      : node.kind === NodeKind.NamespaceDeclaration
        ? classesIn(node["members"])
        : [],
  );
}
/** Undefined when it extends nothing; null when what it extends is not there, or nobody knows which one it is. */
function baseOf(node: Node, classes: Map<string, Node[]>): Node | undefined | null {
  if (!node["extendsType"]) return undefined;
  let name = node["extendsType"].name;
  while (name.next) name = name.next;
  const found = classes.get(name.identifier.text) ?? [];
  const here = found.filter(({ range }) => range.source === node.range.source);
  return (here.length === 1 ? here[0] : found.length === 1 ? found[0] : undefined) ?? null;
}
function hasDecorator(node: Node, ...names: string[]): boolean {
  return ((node["decorators"] ?? []) as Node[]).some(({ name }) => names.includes(name.text));
}

function methodsOf(node: Node, hasBase: boolean): string[] {
  const members: Node[] = node["members"];
  const fields = members.filter(
    (member) =>
      member.kind === NodeKind.FieldDeclaration &&
      (member["flags"] & OUTSIDE) === 0 &&
      !hasDecorator(member, "omit"),
  );
  const fixed = fields.find((field) => (field["flags"] & CommonFlags.Readonly) !== 0);
  // Told where the class is read; others may write it.
  const problem = members.some((member) => hasDecorator(member, "deserializer"))
    ? `TypedJson does not call the @deserializer of ${node["name"].text}: read it with Json.`
    : fixed &&
      `TypedJson cannot set '${fixed["name"].text}', which is readonly: write @omit in front of it, or leave out readonly.`;
  if (problem)
    return [
      `__typedCount(): i32 { ERROR(${JSON.stringify(problem)}); return 0; }`,
      "__typedIndex(name: u64): i32 { return -1; }",
      "__typedRead(values: usize): void {}",
    ];
  const before = hasBase ? "super.__typedCount()" : "0";
  const index = fields.map(
    (field, i) => `if (__typedJsonIs(name, ${JSON.stringify(nameOf(field))})) return ${before} + ${i};`,
  );
  return [
    `__typedCount(): i32 { return ${before} + ${fields.length}; }`,
    `__typedIndex(name: u64): i32 { ${index.join(" ")} return ${hasBase ? "super.__typedIndex(name)" : "-1"}; }`,
    `__typedRead(values: usize): void { ${hasBase ? "super.__typedRead(values);" : ""} ${fields.map((field, i) => read(field, `load<usize>(values + ((${before} + ${i}) << alignof<usize>()))`)).join(" ")} }`,
  ];
}
/** Its name in JSON. */
function nameOf(field: Node): string {
  const alias = ((field["decorators"] ?? []) as Node[]).find(({ name }) => name.text === "alias");
  return alias ? String(alias["args"][0].value) : field["name"].text;
}
function read(field: Node, value: string): string {
  const name: string = field["name"].text;
  const step = JSON.stringify(`.${nameOf(field)}`);
  const type: string = field["type"].range.toString();
  return field["initializer"] || field["type"].isNullable
    ? `this.${name} = __typedJsonOptional<${type}>(${value}, ${step}, this.${name});`
    : `this.${name} = __typedJsonRequired<${type}>(${value}, ${step});`;
}

function parseMember(text: string, node: Node): Node {
  const source = new internals.Source(0, node.range.source.normalizedPath, text);
  return new internals.Parser().parseClassMember(new internals.Tokenizer(source), node);
}
