// Strings of a plugin that only passes them on hold UTF-8 in an optimised build. Each time on that build and on one whose strings hold UTF-16.
import { startGateway } from "@gateway-plugins/test-host";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { BUILDS, RELEASE, build } from "./compile.ts";

/** A plugin that answers with `lines`; `given` is a header's value. */
const answering = (statements: string, imports = ""): string =>
  `import { HttpClient, Plugin${imports} } from "@gateway-plugins/sdk";
class C { known: string = ""; limit: i32 = 0; service: HttpClient = HttpClient.NONE; }
new Plugin<C>("p").parseConfig((json, c) => {
  c.known = json.string("known", "none");
  c.limit = json.integer("limit", 1, { min: 1 });
  c.service = json.httpService();
}).onRequestHeaders((ctx) => {
  const lines: string[] = [];
  const given = ctx.request.headers.get("x-given") || "";
  const absent = ctx.request.headers.get("x-absent");
  const known = ctx.config.known;
${statements}
  return ctx.respond(200, lines.join("\\n"), { headers: [["x-first", lines[0]]] });
});`;

const MARK = "own-text";
const SERVICE = { serviceName: "a.static" };
const holdsUtf8 = (wasm: Uint8Array) => {
  const [utf8, utf16] = (["utf8", "utf16le"] as const).map((as) =>
    Buffer.from(wasm).includes(Buffer.from(MARK, as)),
  );
  expect(utf8).not.toBe(utf16);
  return utf8;
};
const latin1 = (text: string) => Buffer.from(text).toString("latin1");

const PASSING = `
  lines.push(given);
  lines.push("${MARK}: \\u00fc" + given + "\\u{1f600}");
  lines.push(\`\${given}, \${known} and \${given}!\`);
  lines.push([given, absent == null ? "absent" : "there", "", known].join(", "));
  lines.push((given == known).toString() + (given != known).toString() + (known + "" == "" + known).toString() + (given == known + "x").toString());
  const others = new Map<string, string>();
  others.set(given, "same");
  others.set(given + "odd", "odd");
  others.set(known, "known");
  lines.push((others.get(given)) + others.get(known) + others.get(given + "odd") + others.has("" + given + "even").toString() + others.size.toString());
  lines.push(["a", known, given].includes(given + "").toString() + ["a", known].indexOf(known).toString());
  lines.push((given.length > 0 && !known.length ? "only given" : !known ? "none" : given.length ? "both" : "known") + (given.length == 0).toString());
  for (let i = 0; i < 3; i++) lines[0] = lines[0] + known;`;
/** What PASSING answers. */
const passed = (given: string, known: string): string[] => [
  given + known.repeat(3),
  `${MARK}: ${latin1("\u00fc")}${given}${latin1("\u{1f600}")}`,
  `${given}, ${known} and ${given}!`,
  `${given}, absent, , ${known}`,
  `${given === known}${given !== known}true${given === `${known}x`}`,
  `${given === known ? "known" : "same"}knownoddfalse${given === known ? 2 : 3}`,
  `true${known === "a" ? 0 : 1}`,
  `${given !== "" && known === "" ? "only given" : known === "" ? "none" : given === "" ? "known" : "both"}${given === ""}`,
];
const TEXTS = ["", "a", "ab", "\u00e9", "\u4e2d\u6587", "x\u{1f600}y", "\u{10ffff}"];

describe.for(BUILDS)("texts in a %s build", ([name, flags]) => {
  test("that are only passed on, put together and compared", async () => {
    const plugin = await build(answering(PASSING), flags);
    expect(holdsUtf8(plugin)).toBe(name === "release");
    for (const known of TEXTS) {
      const gateway = await startGateway({ plugin, config: { ...SERVICE, known } });
      // As latin1; the last are no UTF-8.
      for (const given of [...TEXTS.map(latin1), "\u00e9", "\u00c3", "x\u00ff\u0080", "\u00ed\u00a0\u0080"]) {
        const response = await gateway.fetch("/", { headers: { "x-given": given } });
        const lines = passed(given, latin1(known));
        expect(Buffer.from(response.bytes()).toString("latin1").split("\n")).toEqual(lines);
        expect(response.headers.get("x-first")).toBe(lines[0]);
      }
    }
  });
});

test.for([
  ["codes", "given.charCodeAt(1).toString()", "233"],
  ["parts", "given.split('\\u00e9')[1]", "\u{1f600}"],
  ["length", "(given.length > 4).toString() + given.length.toString()", "false4"],
  ["memory", "load<u16>(changetype<usize>(given), 2).toString()", "233"],
  ["digits", "hex.encode(given)", "61c3a9f09f9880", ", hex"],
  ["halves", "(given.length ? '\\ud83d' : '') + '\\ude00'", "\u{1f600}"],
  ["what does not fit", `given + "${"\u4e2d".repeat(20)}"`, `a\u00e9\u{1f600}${"\u4e2d".repeat(20)}`],
] as const)(
  "strings hold UTF-16 where a plugin looks at %s",
  async ([, expression, answer, imports = ""]) => {
    const plugin = await build(
      answering(`lines.push("${MARK}" + known); lines[0] = ${expression};`, imports),
      RELEASE,
    );
    expect(holdsUtf8(plugin)).toBe(false);
    const gateway = await startGateway({ plugin, config: SERVICE });
    const response = await gateway.fetch("/", { headers: { "x-given": latin1("a\u00e9\u{1f600}") } });
    expect(response.text()).toBe(answer);
  },
);
