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

describe.for([
  ["release", RELEASE, 100_000],
  ["debug", DEBUG, 3_000],
] as const)("JSON against JSON.parse (%s)", ([, flags, count]) => {
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
