import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { DEBUG, RELEASE } from "../compile.ts";
import { feeder, random } from "./guest.ts";

// What the guest reads json-as writes again; the oracle does the same with JSON.parse and the shape below.
const PRELUDE = `import { TypedJson } from "@gateway-plugins/sdk/typed-json";
import { JSON } from "json-as";
@json class Base { id: i64 = -1; }
@json class User extends Base {
  name!: string; age!: i32; small: u8 = 7; far: u64 = 0; ratio: f64 = 0.5; near: f32 = 0;
  ok: bool = true; nick: string | null; tags: string[] = []; @alias("a b") marks: i8[] | null = [1]; best: User | null; friends: User[] = [];
  @omit secret: string = "s"; private own: i32 = 1;
}`;
const BODY = `const user = TypedJson.parse<User>(input);
  if (!user) out.text("!" + TypedJson.problem());
  else out.text(JSON.stringify<User>(user));`;

interface Field {
  type:
    | "string"
    | "bool"
    | "f64"
    | "f32"
    | "User"
    | readonly [min: bigint, max: bigint]
    | { list: Field["type"] };
  /** As JSON; undefined where the field must be there. */
  otherwise?: string;
  nullable?: true;
}
const whole = (bits: bigint, signed: boolean) =>
  signed ? ([-(2n ** (bits - 1n)), 2n ** (bits - 1n) - 1n] as const) : ([0n, 2n ** bits - 1n] as const);
const USER: Record<string, Field> = {
  id: { type: whole(64n, true), otherwise: "-1" },
  name: { type: "string" },
  age: { type: whole(32n, true) },
  small: { type: whole(8n, false), otherwise: "7" },
  far: { type: whole(64n, false), otherwise: "0" },
  ratio: { type: "f64", otherwise: "0.5" },
  near: { type: "f32", otherwise: "0" },
  ok: { type: "bool", otherwise: "true" },
  nick: { type: "string", otherwise: "null", nullable: true },
  tags: { type: { list: "string" }, otherwise: "[]" },
  "a b": { type: { list: whole(8n, true) }, otherwise: "[1]", nullable: true },
  best: { type: "User", otherwise: "null", nullable: true },
  friends: { type: { list: "User" }, otherwise: "[]" },
};
/** A number as it is written. */
class Written {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
class Refused extends Error {}

/** As JSON text; throws `path: reason` where the guest must refuse. */
function shaped(value: unknown, type: Field["type"], path: string): string {
  const refuse = (reason: string) => new Refused(`${path}: ${reason}`);
  if (type === "string") {
    if (typeof value !== "string") throw refuse("must be a string");
    // Half a pair of surrogates becomes a mark.
    return JSON.stringify(Buffer.from(value).toString());
  }
  if (type === "bool") {
    if (typeof value !== "boolean") throw refuse("must be true or false");
    return String(value);
  }
  if (type === "f64" || type === "f32") {
    if (!(value instanceof Written)) throw refuse("must be a number");
    const number = type === "f32" ? Math.fround(Number(value.text)) : Number(value.text);
    if (!Number.isFinite(number)) throw refuse("is too large a number");
    return JSON.stringify(number);
  }
  if (type === "User") {
    if (!(value instanceof Map)) throw refuse("must be an object");
    const members = Object.entries(USER).map(([name, field]) => {
      const member: unknown = value.get(name);
      const named = `${JSON.stringify(name)}:`;
      if (member === undefined || (member === null && !field.nullable)) {
        if (field.otherwise === undefined) throw new Refused(`${path}.${name}: missing`);
        return named + field.otherwise;
      }
      return named + (member === null ? "null" : shaped(member, field.type, `${path}.${name}`));
    });
    return `{${members.join(",")}}`;
  }
  if ("list" in type) {
    if (!Array.isArray(value)) throw refuse("must be a list");
    return `[${value.map((item, i) => shaped(item, type.list, `${path}[${i}]`)).join(",")}]`;
  }
  if (!(value instanceof Written && /^-?\d+$/.test(value.text))) throw refuse("must be a whole number");
  const [min, max] = type;
  const number = BigInt(value.text);
  if (number < min || number > max) throw refuse("must be a whole number");
  return String(number);
}
/** JSON.parse, with numbers as written, objects as maps, and nothing made of `__proto__`. */
function parsed(text: string): unknown {
  JSON.parse(text);
  let at = 0;
  const space = () => (at += /^[ \t\r\n]*/.exec(text.slice(at))![0].length);
  const value = (): unknown => {
    space();
    const c = text[at]!;
    if (c === "{" || c === "[") {
      const map = new Map<string, unknown>();
      const list: unknown[] = [];
      at++;
      for (space(); text[at] !== "}" && text[at] !== "]"; space()) {
        if (text[at] === ",") at++;
        if (c === "[") list.push(value());
        else {
          const name = value() as string;
          space();
          at++;
          map.set(name, value());
        }
      }
      at++;
      return c === "[" ? list : map;
    }
    const [atom] = /^(?:"(?:[^"\\]|\\.)*"|[^,\]}\s]+)/.exec(text.slice(at))!;
    at += atom.length;
    return /^[-\d]/.test(atom) ? new Written(atom) : JSON.parse(atom);
  };
  return value();
}
function wanted(text: string): string {
  let document: unknown;
  try {
    document = parsed(text);
  } catch {
    return "!$: bad JSON";
  }
  try {
    return shaped(document, "User", "$");
  } catch (error) {
    if (error instanceof Refused) return `!${error.message}`;
    throw error;
  }
}
/** Numbers can be written in several ways, and the guest says more about a reason. */
const comparable = (output: string) =>
  output.startsWith("!")
    ? output.replace(/(whole number|bad JSON).*/, "$1")
    : JSON.stringify(normal(parsed(output), ""));
function normal(value: unknown, name: string): unknown {
  if (value instanceof Map) return [...value].map(([key, member]) => [key, normal(member, String(key))]);
  if (Array.isArray(value)) return value.map((item) => normal(item, ""));
  if (!(value instanceof Written)) return value;
  if (name === "near") return Math.fround(Number(value.text));
  return name === "ratio" ? Number(value.text) : value.text;
}

type Next = (below: number) => number;
const STRINGS = [
  '""',
  '"a"',
  String.raw`"\/\u0041\n\"\\\u0001"`,
  String.raw`"\ud83d\ude00\ud800"`,
  '"\u4e2d\u{1f600}\u00e9"',
];
const NUMBERS =
  "0 -0 7 -1 1.9 1e3 1.0 127 128 -128 -129 255 256 300 2147483647 2147483648 -2147483648 -2147483649 9007199254740993 9223372036854775807 9223372036854775808 -9223372036854775808 18446744073709551615 18446744073709551616 99999999999999999999999 0.30000000000000004 3.4028236e38 1.1671035542952064e+42 1e308 1e309 5e-324 0.1".split(
    " ",
  );
const pick = (next: Next, list: readonly string[]) => list[next(list.length)]!;

/** Mostly of the field's type. */
function written(next: Next, type: Field["type"], depth: number): string {
  if (next(40) === 0) return anything(next, 2);
  if (type === "string") return pick(next, STRINGS);
  if (type === "bool") return pick(next, ["true", "false"]);
  if (type === "f64" || type === "f32")
    return next(3) ? String((next(2 ** 32) - 2 ** 31) / 2 ** next(40)) : pick(next, NUMBERS);
  if (type === "User") return user(next, depth - 1);
  if ("list" in type)
    return `[${Array.from({ length: depth > 0 ? next(4) : 0 }, () => written(next, type.list, depth - 1)).join(pick(next, [",", " , "]))}]`;
  return next(8) ? String(next(100)) : pick(next, NUMBERS);
}
function anything(next: Next, depth: number): string {
  const kind = next(depth > 0 ? 6 : 4);
  if (kind === 0) return "null";
  if (kind === 1) return pick(next, ["true", "false"]);
  if (kind === 2) return pick(next, NUMBERS);
  if (kind === 3) return pick(next, STRINGS);
  const items = Array.from({ length: next(3) }, () => anything(next, depth - 1));
  return kind === 4 ? `[${items.join(",")}]` : `{${items.map((item) => `"x":${item}`).join(",")}}`;
}
function user(next: Next, depth: number): string {
  const members: string[] = [];
  const member = (name: string, value: string) => {
    const spelt = next(12)
      ? JSON.stringify(name)
      : `"\\u${name.charCodeAt(0).toString(16).padStart(4, "0")}${name.slice(1)}"`;
    members.splice(next(members.length + 1), 0, `${spelt}${pick(next, [":", ": "])}${value}`);
  };
  for (const [name, { type, otherwise }] of Object.entries(USER)) {
    if (otherwise !== undefined ? next(2) : next(30) === 0) continue;
    member(name, depth <= 0 && type === "User" ? "null" : written(next, type, depth));
    if (next(30) === 0) member(name, written(next, type, depth));
  }
  if (next(4) === 0)
    member(pick(next, ["secret", "own", "marks", "__proto__", "user", ""]), anything(next, 2));
  return `{${members.join(pick(next, [",", ",\n  "]))}}`;
}
function damaged(next: Next, text: string): string {
  if (next(4)) return text;
  const at = next(text.length + 1);
  return text.slice(0, at) + pick(next, ["", ...'{}[]",:\\u0-.eE+ tfn\n\u0001']) + text.slice(at + next(2));
}

describe.for([
  ["release", RELEASE, 100_000],
  ["debug", DEBUG, 10_000],
] as const)("documents read into classes (%s)", ([, flags, count]) => {
  test("are what JSON.parse and the class say, or refused with the place", async () => {
    const feed = feeder("", BODY, [...flags, "--transform", "json-as/transform"], PRELUDE);
    const next = random(31);
    const inputs = Array.from({ length: count }, (_, i) =>
      Buffer.from(damaged(next, i % 10 ? user(next, 3) : anything(next, 4))).toString(),
    );
    const outputs = await feed(inputs.map((input) => Buffer.from(input)));
    let read = 0;
    for (const [i, input] of inputs.entries()) {
      const output = outputs[i]!.toString();
      const right = wanted(input);
      if (!output.startsWith("!")) read++;
      if (comparable(output) !== comparable(right)) expect([input, output]).toEqual([input, right]);
    }
    // Both ways are taken often.
    expect(read / count).toBeGreaterThan(0.2);
    expect(read / count).toBeLessThan(0.8);
  });
});
