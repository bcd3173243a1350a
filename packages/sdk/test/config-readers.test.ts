import { startGateway } from "@gateway-plugins/test-host";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { BUILDS, DEBUG, build } from "./compile.ts";

const SOURCE = `import { ConfigReader, IntegerRange, Plugin } from "@gateway-plugins/sdk";
const PERCENT: IntegerRange = { min: 0, max: 100 };
class Config {
  text: string = "";
  read(json: ConfigReader): void {
    const numbers = [
      json.integer("plain", -1), json.integer("from", -1, { min: 1 }), json.integer("to", -1, { max: 9 }),
      json.integer("both", -1, { max: 9, min: 0 }), json.integer("kept", -1, PERCENT), json.requireInteger("must", { min: 0 }),
    ];
    const bools = [json.bool("a"), json.bool("b"), json.bool("c"), json.bool("d"), json.bool("e", true), json.bool("f", true)];
    this.text = [json.string("text"), json.strings("list").join("+"), json.string("number"), numbers.join(), bools.join()].join("|");
  }
}
new Plugin<Config>("p").parseConfig((json, config) => config.read(json))
  .onRequestHeaders((ctx) => ctx.respond(200, ctx.config.text));`;
const BOOLS = { a: true, b: "true", c: 1, d: "1", e: false, f: "0" };

describe.for(BUILDS)("the readers of a configuration (%s)", ([, flags]) => {
  const start = async (config: object | string | Uint8Array) =>
    startGateway({ plugin: await build(SOURCE, flags), name: "p", config, canary: false });
  const read = async (config: object | string) =>
    (await (await start(config)).fetch("/")).text().split("|") as string[];

  test("give what JSON.parse gives, whatever stands in between", async () => {
    const text = `"\\"\\\\\\/\\b\\f\\n\\r\\t \\u00e9\u00e9\\ud83d\\ude00\u{1f600}\\ud83d\\ud83d\\ude00\\ude00x"`;
    const skipped = `{"a":[[],{},"}]\\"",{"text":[1e5,-0.5E-3,null]}],"":"{["}`;
    // A lone half of a surrogate pair cannot be written as UTF-8.
    const parsed = Buffer.from(JSON.parse(text) as string).toString();
    const [found, list, number] = await read(
      `\n{"skipped" : ${skipped} ,"text":1,"te\\u0078t": ${text}\t,"list":[ ${text} , "" ],"number":-12.50e+3,"must":0}\r\n`,
    );
    expect([found, list, number]).toEqual([parsed, `${parsed}+`, "-12.50e+3"]);
  });
  test("keep the bytes of a text that is not UTF-8, and refuse what is no JSON around them", async () => {
    const bytes = (text: string) => Buffer.from(text, "latin1");
    const gateway = await start(
      bytes('{"must":1,"te\xff":2,"text":"\xe9 \xed\xa0\x80 \xfa\xfd\xff \\ud83d\xff\\ude00"}'),
    );
    const response = await gateway.fetch("/");
    expect(Buffer.from(response.bytes()).toString("latin1").split("|")[0]).toBe(
      "\xe9 \xed\xa0\x80 \xfa\xfd\xff \xef\xbf\xbd\xff\xef\xbf\xbd",
    );
    expect(gateway.logs.some(({ message }) => message.endsWith(": unknown key, ignored"))).toBe(true);
    for (const wrong of ["{\xff}", '{"must":\xff}', "\xff", '{"must":1}\xff', '{"must\xff'])
      await expect(start(bytes(wrong))).rejects.toThrow("bad JSON");
  });
  test("take numbers and booleans in all their spellings", async () => {
    const numbers = { plain: "-2147483648", from: 1, to: "9", both: 0, kept: 100, must: "007" };
    expect((await read({ ...numbers, ...BOOLS })).slice(3)).toEqual([
      "-2147483648,1,9,0,100,7",
      "true,true,true,true,false,false",
    ]);
    expect((await read({ must: 1, plain: null })).slice(3)).toEqual([
      "-1,-1,-1,-1,-1,1",
      "false,false,false,false,true,true",
    ]);
  });
  test.for<[object, string]>([
    [{ from: 0 }, "$.from: must be a whole number from 1 to 2147483647"],
    [{ to: 10 }, "$.to: must be a whole number from -2147483648 to 9"],
    [{ both: -1 }, "$.both: must be a whole number from 0 to 9"],
    [{ kept: 101 }, "$.kept: must be a whole number from 0 to 100"],
    [{ must: null }, "$.must: missing must in config"],
    [{ plain: 4294967296 }, "$.plain: must be a whole number from -2147483648 to 2147483647"],
    [{ plain: "18446744073709551617" }, "$.plain: must be a whole number"],
    [{ plain: "-" }, "$.plain: must be a whole number"],
    [{ plain: "1 " }, "$.plain: must be a whole number"],
    [{ plain: 1.5 }, "$.plain: must be a whole number"],
    [{ plain: [] }, "$.plain: must be a whole number"],
    [{ a: "t" }, "$.a: must be true or false"],
    [{ a: "10" }, "$.a: must be true or false"],
    [{ a: "falsey" }, "$.a: must be true or false"],
    [{ text: true }, "$.text: must be a string"],
    [{ list: ["a", 1] }, "$.list[1]: must be a string"],
    [{ list: {} }, "$.list: must be a list of strings"],
  ])("refuse %j", async ([config, problem]) => {
    await expect(start({ must: 1, ...config })).rejects.toThrow(problem);
  });
});

const RATIOS = `import { ConfigReader, NumberRange, Plugin } from "@gateway-plugins/sdk";
const SHARE: NumberRange = { min: 0, max: 1 };
class Config {
  text: string = "";
  read(json: ConfigReader): void {
    const parts: string[] = [];
    const items = json.objects("items");
    for (let i = 0; i < items.length; i++) parts.push(reinterpret<u64>(items[i].number("n", -1)).toString());
    const ranged = [
      json.number("from", 7.5, { min: 0.5 }), json.number("to", 7.5, { max: -0.25 }), json.number("both", 7.5, { max: 9.125, min: -2 }),
      json.number("kept", 7.5, SHARE), json.requireNumber("must"), json.requireNumber("share", { min: 0, max: 1 }),
    ];
    this.text = [parts.join(), ranged.join()].join("|");
  }
}
new Plugin<Config>("p").parseConfig((json, config) => config.read(json))
  .onRequestHeaders((ctx) => ctx.respond(200, ctx.config.text));`;

describe.for(BUILDS)("the readers of numbers with a fraction (%s)", ([, flags]) => {
  const read = async (config: object | string) => {
    const gateway = await startGateway({
      plugin: await build(RATIOS, flags),
      name: "p",
      config,
      canary: false,
    });
    return (await gateway.fetch("/")).text().split("|") as string[];
  };
  const bits = (n: number) => new BigUint64Array(new Float64Array([n]).buffer)[0]!;

  test("give what JSON.parse gives, whatever comes behind", async () => {
    const numbers = [
      ..."0 -0 1 -1 0.1 -12.50e+3 1E5 1e-5 2e0 5e-324 2.5e-324 1e-400 1.7976931348623157e308 9007199254740993".split(
        " ",
      ),
      "123456789012345678901234567890.123456789",
      `0.${"0".repeat(300)}1`,
      "1".repeat(309),
    ];
    const items = numbers.flatMap((n) => [`{"n":${n}}`, `{"n":"${n}"}`]);
    const [found] = await read(`{"must":1,"share":1,"items":[${items.join()}]}`);
    expect(found!.split(",")).toEqual(
      numbers.flatMap((n) => [n, n]).map((n) => String(bits(JSON.parse(n) as number))),
    );
  });
  test("give what is missing or null its default, in the range or not", async () => {
    const [found, ranged] = await read({ must: "2.5", share: 0, from: null, items: [{}, { n: null }] });
    expect([found, ranged]).toEqual([[bits(-1), bits(-1)].join(), "7.5,7.5,7.5,7.5,2.5,0.0"]);
  });
  test("take both ends of a range", async () => {
    const [, low] = await read({ must: 1, from: 0.5, to: -0.25, both: -2, kept: 0, share: 1 });
    expect(low).toBe("0.5,-0.25,-2.0,0.0,1.0,1.0");
    const [, high] = await read({ must: 1, from: 1e300, to: -1e300, both: 9.125, kept: 1, share: 0.5 });
    expect(high).toBe("1e+300,-1e+300,9.125,1.0,1.0,0.5");
  });
  test.for<[object | string, string]>([
    [{ from: 0.49 }, "$.from: must be a number from 0.5"],
    [{ to: 0 }, "$.to: must be a number up to -0.25"],
    [{ both: 9.1251 }, "$.both: must be a number from -2 up to 9.125"],
    [{ kept: 1.0000001 }, "$.kept: must be a number from 0 up to 1"],
    [{ share: -1 }, "$.share: must be a number from 0 up to 1"],
    [{ must: null }, "$.must: missing must in config"],
    [{ items: [{}, { n: true }] }, "$.items[1].n: must be a number"],
    ['{"share":1,"must":1e400}', "$.must: must be a number"],
    ['{"share":1,"must":-1e309}', "$.must: must be a number"],
    ...[
      "",
      " ",
      "-",
      "+1",
      "1 ",
      " 1",
      ".5",
      "5.",
      "1e",
      "1e+",
      "01",
      "0x10",
      "1_0",
      "NaN",
      "Infinity",
      "1,5",
      "[1]",
      "1\u00001",
    ].map((text): [object, string] => [{ must: text }, "$.must: must be a number"]),
    ...[true, [], [1], {}].map((must): [object, string] => [{ must }, "$.must: must be a number"]),
  ])("refuse %j", async ([config, problem]) => {
    const whole = typeof config === "string" ? config : { must: 1, share: 1, ...config };
    await expect(read(whole)).rejects.toThrow(problem);
  });
});

const AUTHORS = `import { ConfigReader, IntegerRange, Plugin } from "@gateway-plugins/sdk";
class Least { min: i64 = 5; }
class Dice {
  integer(name: string, sides: i64, from: Least): string { return name + sides.toString() + "/" + from.min.toString(); }
  static requireInteger(name: string, range: IntegerRange): string { return name + range.min.toString() + ".." + range.max.toString(); }
}
namespace Text {
  export function requireInteger(n: i32, range: IntegerRange): i32 { return min(n, range.max); }
}
function ofAny<T>(from: T): string { return from.integer("n", 3, { min: 1 }).toString(); }
class Config {
  text: string = "";
  read(json: ConfigReader): void {
    const dice = new Dice();
    this.text = [
      dice.integer("a", 6, {}), dice.integer("b", 7, { min: 2 }), Dice.requireInteger("c", { min: 3 }), Text.requireInteger(9, { max: 8 }).toString(),
      ofAny(json), ofAny(dice), json.object("inner").requireInteger("n", { min: 1, max: 9 }).toString(), ofAny(json.object("none")),
    ].join(" ");
  }
}
new Plugin<Config>("p").parseConfig((json, config) => config.read(json))
  .onRequestHeaders((ctx) => ctx.respond(200, ctx.config.text));`;

describe.for(BUILDS)("ranges that are written out (%s)", ([, flags]) => {
  test("belong to whose method it is", async () => {
    const plugin = await build(AUTHORS, flags);
    const gateway = await startGateway({ plugin, name: "p", config: { n: 2, inner: { n: 4 } } });
    expect((await gateway.fetch("/")).text()).toBe("a6/5 b7/2 c3..2147483647 8 2 n3/1 4 3");
    const started = startGateway({ plugin, name: "p", config: { n: 0, inner: { n: 4 } }, canary: false });
    await expect(started).rejects.toThrow("$.n: must be a whole number from 1 to 2147483647");
  });
});
test.for([true, false])(
  "numbers with the range written out: %s, and no object of it then",
  async (isWritten) => {
    const source = `import { NumberRange, Plugin } from "@gateway-plugins/sdk";
// @ts-ignore
@lazy const SHARE: NumberRange = { min: 0, max: 1 };
let read: f64 = 0;
new Plugin("p").parseConfig((json) => { read = json.number("n", 0, ${isWritten ? "{ min: 0 }" : "SHARE"}) + json.requireNumber("m", ${isWritten ? "{ max: 1 }" : "SHARE"}); });`;
    const names = Buffer.from(await build(source, DEBUG)).toString("latin1");
    expect(names.includes("NumberRange#constructor")).toBe(!isWritten);
  },
);
test.for<[reader: string, range: string, isObject: boolean]>([
  ["json", "{ min: 1, max: 9 }", false],
  ["json.object('inner')", "{ max: 9 }", false],
  ["json", "PERCENT", true],
])("%s.integer with the range %s makes an object of it: %s", async ([reader, range, isObject]) => {
  const source = `import { IntegerRange, Plugin } from "@gateway-plugins/sdk";
// @ts-ignore
@lazy const PERCENT: IntegerRange = { min: 0, max: 100 };
let read: i32 = 0;
new Plugin("p").parseConfig((json) => { read = ${reader}.integer("n", 0, ${range}); });`;
  const names = Buffer.from(await build(source, DEBUG)).toString("latin1");
  expect(names.includes("IntegerRange#constructor")).toBe(isObject);
});
