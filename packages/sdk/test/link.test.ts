// What the link step takes for granted: each time on the build that has it and on one that has not.
import { startGateway } from "@gateway-plugins/test-host";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { BUILDS, build } from "./compile.ts";

/** A plugin that answers with `lines`. */
const answering = (statements: string, declarations = ""): string =>
  `import { Plugin } from "@gateway-plugins/sdk";
${declarations}
new Plugin("p").onRequestHeaders((ctx) => {
  const lines: string[] = [];
${statements}
  return ctx.respond(200, lines.join("\\n"));
});`;

const NUMBERS: [expression: string, text: string][] = [
  ["i32.MIN_VALUE.toString()", "-2147483648"],
  ["i32.MAX_VALUE.toString()", "2147483647"],
  ["u32.MAX_VALUE.toString()", "4294967295"],
  ["i64.MIN_VALUE.toString()", "-9223372036854775808"],
  ["i64.MAX_VALUE.toString()", "9223372036854775807"],
  ["u64.MAX_VALUE.toString()", "18446744073709551615"],
  ["(<i32>0).toString()", "0"],
  ["(<i8>-7).toString()", "-7"],
  ["(<u32>255).toString(16)", "ff"],
  ["`${-10}-${<u32>10}`", "-10-10"],
  ["(0.5).toString()", "0.5"],
];

const CLASSES = `class Base { name: string = "base"; kind(): string { return "b:" + this.name; } }
class Derived extends Base { more: string = "more"; kind(): string { return "d:" + this.name + "," + this.more; } }
class Last extends Derived { constructor(public own: string) { super(); this.name = own; } }
class Alone { one: i32 = 1; two: string = "two"; }
class Above extends Alone { three: i32 = 3; }
class Counted { name: string = "c"; constructor(public count: i32 = 2 - 1) {} }
function describe(b: Base): string { return b.kind() + (b instanceof Derived ? "+" : ""); }`;

/** A plugin that answers with a status, 200 and a number, and makes as little as it can: much of a plugin goes where nothing needs it. */
const statuses = (declarations: string, number: string): string =>
  `import { Plugin } from "@gateway-plugins/sdk";
${declarations}
new Plugin("p").onRequestHeaders((ctx) => {
  const given = ctx.request.headers.get("x-given") || "";
  return ctx.respond(200 + ${number}, "");
});`;
const statusesOf = async (plugin: Uint8Array, given: string[]): Promise<number[]> => {
  const gateway = await startGateway({ plugin });
  const headers = given.map((text) => ({ "x-given": Buffer.from(text).toString("latin1") }));
  const responses = await Promise.all(headers.map((each) => gateway.fetch("/", { headers: each })));
  return responses.map(({ status }) => status);
};

/** Fields enough for a leak to show. */
const WIDE = Array.from({ length: 40 }, (_, i) => `wide${i}: f64 = 0;`).join(" ");

describe.for(BUILDS)("a %s build", ([, flags]) => {
  const answer = async (source: string): Promise<string> => {
    const gateway = await startGateway({ plugin: await build(source, flags) });
    return (await gateway.fetch("/")).text();
  };

  test("writes numbers as JavaScript does", async () => {
    const source = answering(NUMBERS.map(([expression]) => `  lines.push(${expression});`).join("\n"));
    expect((await answer(source)).split("\n")).toEqual(NUMBERS.map(([, text]) => text));
  });

  test("answers with a literal of any length", async () => {
    for (const text of ["x".repeat(3_000), "é€😀".repeat(20_000)]) {
      const source = `import { Plugin } from "@gateway-plugins/sdk";
new Plugin("p").onRequestHeaders((ctx) => ctx.respond(200, ${JSON.stringify(text)}));`;
      expect((await answer(source)) === text).toBe(true);
    }
  });

  test.for<[table: string, declarations: string, expression: string, text: string]>([
    [
      "of what a URI's part may hold",
      "",
      `encodeURIComponent(given.split("").join(""))`,
      "a%2Fb%3F%25%2B%2C%C3%A4~",
    ],
    ["of what a URI may hold", "", `encodeURI(given.split("").join(""))`, "a/b?%25+,%C3%A4~"],
    [
      "in memory, looked up from far in front of it",
      `const NAMES = memory.data<u8>([72, 101, 108, 108, 111]); function at(i: i32): string { return String.fromCharCode(load<u8>(NAMES + (i - 0x3041))); }`,
      `"ぁあぃいぅ".split("").map<string>((c) => at(c.charCodeAt(0))).join("")`,
      "Hello",
    ],
  ])("has its table %s", async ([, declarations, expression, text]) => {
    const source = answering(
      `  const given = ["a/b", "?%+,", "ä~"].join("");
  lines.push(${expression});`,
      declarations,
    );
    expect(await answer(source)).toBe(text);
  });

  test.for<[looked: string, index: string, given: string[], elements: number[]]>([
    ["from far in front of it", "given.charCodeAt(0) - 0x3041", ["ぁ", "ぃ"], [5, 7]],
    ["from behind it", "10 - given.length", ["a".repeat(10), "a".repeat(8)], [5, 7]],
    ["backwards from behind it", "-given.length + 10", ["a".repeat(10), "a".repeat(7)], [5, 8]],
  ])("looks numbers up unchecked, %s", async ([, index, given, elements]) => {
    const plugin = await build(
      statuses("const NUMBERS: StaticArray<i32> = [5, 6, 7, 8];", `unchecked(NUMBERS[${index}])`),
      flags,
    );
    expect(await statusesOf(plugin, given)).toEqual(elements.map((element) => 200 + element));
  });

  test("looks numbers up wherever they are", async () => {
    // Somewhere here their address is 8192, which code adds by taking another number away.
    for (let room = 1204; room < 1224; room += 4) {
      const plugin = await build(
        statuses(
          `const ROOM: StaticArray<i32> = [${Array(room).fill(1)}];
const NUMBERS: StaticArray<u8> = [5, 6, 7, 8];
const BEHIND: StaticArray<i32> = [${Array(400).fill(1)}];`,
          "unchecked(NUMBERS[given.length]) + unchecked(ROOM[given.length]) + unchecked(BEHIND[given.length])",
        ),
        flags,
      );
      expect(await statusesOf(plugin, ["", "aa"])).toEqual([207, 209]);
    }
  });

  test("reads of a pair of numbers what stands there now", async () => {
    const pair = "const pair: StaticArray<i32> = [5, 0]; let first = 0;";
    const read = "(first = unchecked(pair[0]))";
    const before = await build(statuses(`${pair} pair[0] = 9;`, read), [...flags, "--runtime", "stub"]);
    expect(await statusesOf(before, ["a"])).toEqual([209]);
    const write = "(unchecked(pair[given.length - 3] = given.length), 0)";
    const then = await build(statuses(pair, `${write} + ${read}`), [...flags, "--runtime", "stub"]);
    expect(await statusesOf(then, ["aaa"])).toEqual([203]);
  });

  test("takes options however their names are written", async () => {
    const written = [
      `"headers": [["x-a", "b"]]`,
      `'headers' : [["x-a", "b"]]`,
      `headers /* of it */: [["x-a", "b"]]`,
    ];
    for (const option of written) {
      const source = `import { Plugin } from "@gateway-plugins/sdk";
new Plugin("p").onRequestHeaders((ctx) => ctx.respond(200, "", { ${option} }));`;
      const gateway = await startGateway({ plugin: await build(source, flags) });
      expect((await gateway.fetch("/")).headers.get("x-a")).toBe("b");
    }
  });

  test("makes objects of classes and of those they extend", async () => {
    const made = ["new Base()", "new Derived()", 'new Last("own")'];
    const source = answering(
      `${made.map((one) => `  lines.push(describe(${one}));`).join("\n")}
  const above = new Above();
  const counted = [new Counted(), new Counted()];
  counted[1].count = 2;
  lines.push(counted.map<string>((one) => one.name + one.count.toString()).join(","));
  lines.push(above.one.toString() + above.two + above.three.toString());`,
      CLASSES,
    );
    expect(await answer(source)).toBe("b:base\nd:base,more+\nd:own,more+\nc1,c2\n1two3");
  });

  test.for([
    ["numbers alone", "limit: i32 = 0; half: f64 = 0.5;", "c.limit = json.integer('limit');", "c.limit"],
    [
      "a constant text",
      "name: string = 'none'; limit: i32 = 0;",
      "c.limit = json.integer('limit');",
      "c.limit",
    ],
    ["texts of its own", "limit: string = '';", "c.limit = json.string('limit');", "I32.parseInt(c.limit)"],
    [
      "an object made while reading",
      "limit: i32 = 0;",
      "const other = new C(); other.limit = json.integer('limit'); c.limit = other.limit;",
      "c.limit",
    ],
    [
      "lists made for requests",
      "limit: i32 = 0;",
      "c.limit = json.integer('limit');",
      "[c.limit, c.limit][1]",
    ],
  ])(
    "keeps a configuration of %s, each rule's and the latest, in the same memory",
    async ([, fields, read, number]) => {
      const plugin = await build(
        `import { Plugin } from "@gateway-plugins/sdk";
class C { ${fields} ${WIDE} }
new Plugin<C>("p").parseConfig((json, c) => { ${read} }).onRequestHeaders((ctx) => { const c = ctx.config; return ctx.respond(200 + ((${number}) % 300), ""); });`,
        flags,
      );
      const config = (n: number) => ({
        limit: n,
        _rules_: [1, 2, 3].map((i) => ({ _match_domain_: `${i}.test`, limit: n + i })),
      });
      const gateway = await startGateway({ plugin, config: config(0) });
      const limits = async (): Promise<number[]> => {
        const hosts = ["other.test", "1.test", "3.test"];
        const responses = await Promise.all(hosts.map((authority) => gateway.fetch("/", { authority })));
        return responses.map(({ status }) => status);
      };
      const update = async (from: number, to: number): Promise<void> => {
        for (let n = from; n < to; n++) {
          expect((await gateway.configure(config(n * 10))).accepted).toBe(true);
          expect((await gateway.configure({ limit: [] })).accepted).toBe(false);
          expect(await limits()).toEqual([0, 1, 3].map((i) => 200 + ((n * 10 + i) % 300)));
        }
      };
      await update(1, 20);
      const { memoryPages } = gateway;
      await update(20, 120);
      expect(gateway.memoryPages).toBe(memoryPages);
    },
  );
});

test("keeps what is in objects in a build for speed", async () => {
  const plugin = await build(
    `import { Plugin } from "@gateway-plugins/sdk";
new Plugin("p").onRequestHeaders((ctx) => {
  const lines: string[] = [];
  lines.push(new Error(ctx.request.headers.get("x-given") || "").toString());
  return ctx.respond(200, lines.join("|"));
});`,
    ["--optimizeLevel", "3", "--shrinkLevel", "0", "--runtime", "minimal"],
  );
  const gateway = await startGateway({ plugin });
  expect((await gateway.fetch("/", { headers: { "x-given": "given" } })).text()).toBe("Error: given");
});
