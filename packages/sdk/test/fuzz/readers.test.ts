import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { DEBUG, RELEASE } from "../compile.ts";
import { feeder, random } from "./guest.ts";

// What the guest has read it writes again, numbers behind a #.
const JSON_BODY = `const document = Json.parse(input);
  if (!document) out.text("refused");
  else spell(document, out);`;
const JSON_PRELUDE = `function spell(value: Json, out: ByteSink): void {
  const text = value.string("");
  if (text != null) { out.text(quote(text)); return; }
  if (value.isNull("")) { out.text("null"); return; }
  if (value.bool("")) { out.text("true"); return; }
  const source = value.toString();
  const first = source.charCodeAt(0);
  if (first == 102) { out.text("false"); return; }
  if (first == 91) {
    const items = value.items("");
    out.byte(91);
    for (let i = 0; i < items.length; i++) { if (i) out.byte(44); spell(items[i], out); }
    out.byte(93);
  } else if (first == 123) {
    const keys = value.keys("");
    out.byte(123);
    for (let i = 0; i < keys.length; i++) {
      if (i) out.byte(44);
      out.text(quote(keys[i])).byte(58);
      const member = value.member("", keys[i]);
      if (member) spell(member, out);
    }
    out.byte(125);
  } else out.text("#" + value.number("").toString());
}`;
type Next = (below: number) => number;

const ATOMS = [
  ..."0 7 -1 1.5 -0 1e3 2E-2 12345678901234567890 0.1".split(" "),
  '""',
  '"a"',
  String.raw`"\u00e9\n\"\\\/"`,
  String.raw`"\ud83d\ude00"`,
  '"\u4e2d\u{1f600}"',
  "true",
  "false",
  "null",
];
function document(next: Next, depth: number): string {
  const kind = depth === 0 ? 0 : next(4);
  const space = () => ["", "", "", " ", "\n\t"][next(5)]!;
  const some = (make: () => string) => Array.from({ length: next(4) }, make).join(`${space()},${space()}`);
  if (kind === 2) return `[${space()}${some(() => document(next, depth - 1))}${space()}]`;
  if (kind === 3)
    return `{${space()}${some(() => `"${"abcd"[next(4)]!.repeat(1 + next(2))}"${space()}:${document(next, depth - 1)}`)}}`;
  return ATOMS[next(ATOMS.length)]!;
}
function damaged(next: Next, text: string): string {
  if (next(2) === 0) return text;
  const at = next(text.length + 1);
  return text.slice(0, at) + ["", ...'{}[]",:\\u0-.eE+ tfn\n\u0001'][next(22)]! + text.slice(at + next(2));
}

/** Null where JSON.parse refuses. */
function parsed(text: string): { value: unknown } | null {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return null;
  }
}

/** As text; half a pair of surrogates is a mark in the guest. */
const marked = (value: unknown) => JSON.stringify(value).replace(/\\ud[89a-f][\da-f]{2}/g, "\ufffd");

/** A double of any size, as it is written or with digits in the wrong place, or a number halfway between two doubles. */
function double(next: Next): string {
  const bits = () => BigInt(next(2 ** 32));
  const kind = next(4);
  const value = new Float64Array(BigUint64Array.of((bits() << 32n) | bits()).buffer)[0]!;
  if (!Number.isFinite(value)) return "1.7976931348623159e308";
  if (kind === 0) return String(value);
  if (kind === 1) return (next(2 ** 32) / 2 ** next(64)).toString();
  if (kind === 2) return `${bits()}${bits()}${bits()}.${bits()}e${next(700) - 350}`;
  const odd = (1n << 53n) | (bits() << 21n) | 1n;
  const exponent = next(1_000) - 500;
  const digits = exponent < 0 ? odd * 5n ** BigInt(-exponent) : odd << BigInt(exponent);
  return `${digits + BigInt(next(3) - 1)}e${Math.min(exponent, 0)}`;
}

describe.for([
  ["release", RELEASE, 100_000],
  ["debug", DEBUG, 3_000],
] as const)("JSON against JSON.parse (%s)", ([, flags, count]) => {
  test("a number is the double nearest to it", async () => {
    const feed = feeder(
      "Json",
      `const document = Json.parse(input); if (!document) return;
      const bits = reinterpret<u64>(document.number("")); for (let i = 0; i < 8; i++) out.byte(<u32>(bits >> (i << 3)) & 255);`,
      [...flags],
    );
    const next = random(22);
    const inputs = Array.from({ length: count }, () => double(next));
    inputs.push(
      "-0",
      "1e-99999999999",
      `${"9".repeat(800)}e-1130`,
      `0.${"0".repeat(400)}${"1".repeat(900)}e401`,
    );
    const outputs = await feed(inputs.map((input) => Buffer.from(input)));
    for (const [i, input] of inputs.entries()) {
      const number = outputs[i]!.length === 8 ? outputs[i]!.readDoubleLE() : undefined;
      if (!Object.is(number, Number(input))) expect([input, number]).toEqual([input, Number(input)]);
    }
  });
  test("the same documents are refused, and the others mean the same", async () => {
    const feed = feeder("Json, quote", JSON_BODY, [...flags], JSON_PRELUDE);
    const next = random(21);
    const inputs = Array.from({ length: count }, () =>
      // Half a pair of surrogates becomes a mark.
      Buffer.from(damaged(next, document(next, 3))).toString(),
    );
    const outputs = await feed(inputs.map((input) => Buffer.from(input)));
    for (const [i, input] of inputs.entries()) {
      const output = outputs[i]!.toString();
      const wanted = parsed(input);
      // An exponent can lead out of what a number holds.
      const found = parsed(output.replaceAll("#", "").replaceAll("Infinity", "1e999"));
      if (marked(found) !== marked(wanted)) expect([input, output]).toEqual([input, wanted]);
    }
  });
});
