import { startGateway } from "@gateway-plugins/test-host";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { BUILDS, DEBUG, build, compile } from "./compile.ts";

const plugin = (classes: string, handler: string) => `import { Plugin } from "@gateway-plugins/sdk";
import { TypedJson } from "@gateway-plugins/sdk/typed-json";
${classes}
new Plugin("p").onRequestBody((ctx, body) => { ${handler} });`;
const CLASSES = `@json class User { name!: string; age: u8 = 18; nick: string | null; }
@json class Order { user!: User; @alias("line items") items: User[] = []; total!: f64; paid: bool = false; next: Order | null; }`;
const READS = plugin(
  CLASSES,
  `const order = TypedJson.parse<Order>(body.bytes);
  if (!order) return ctx.respond(400, TypedJson.problem());
  const user = order.user, nick = user.nick;
  return ctx.respond(200, [user.name, user.age.toString(), nick != null ? nick : "-", order.items.length.toString(), order.total.toString(), order.paid.toString(), TypedJson.problem()].join(" "));`,
);

describe.for(BUILDS)("documents read into classes (%s)", ([, flags]) => {
  const read = async (body: string) => {
    const gateway = await startGateway({
      plugin: await build(READS, flags),
      bufferLimitBytes: 1 << 22,
    });
    const response = await gateway.fetch("/", { body });
    return [response.status, response.text()];
  };

  test("fill the fields, and leave the others what they are", async () => {
    expect(await read('{"user":{"name":"ada"},"total":1.5}')).toEqual([200, "ada 18 - 0 1.5 false "]);
    expect(
      await read(
        ' {"next":null,"line items":[{"name":"a"},{"name":"b","x":[{}]}],"total":2,"paid":true,"user":{"nick":"l","name":"ada","age":36}} ',
      ),
    ).toEqual([200, "ada 36 l 2 2.0 true "]);
  });
  test.for([
    ["null", "$: must be an object"],
    ["[]", "$: must be an object"],
    ['"text"', "$: must be an object"],
    ["{}", "$.user: missing"],
    ['{"user":null,"total":1}', "$.user: missing"],
    ['{"user":{},"total":1}', "$.user.name: missing"],
    ['{"user":[],"total":1}', "$.user: must be an object"],
    ['{"user":{"name":{}},"total":1}', "$.user.name: must be a string"],
    ['{"user":{"name":"a","age":1.9},"total":1}', "$.user.age: must be a whole number from 0 to 255"],
    ['{"user":{"name":"a","age":1e1},"total":1}', "$.user.age: must be a whole number from 0 to 255"],
    ['{"user":{"name":"a","age":256},"total":1}', "$.user.age: must be a whole number from 0 to 255"],
    ['{"user":{"name":"a","age":"9"},"total":1}', "$.user.age: must be a whole number from 0 to 255"],
    ['{"user":{"name":"a"},"total":1e400}', "$.total: is too large a number"],
    ['{"user":{"name":"a"},"total":"1"}', "$.total: must be a number"],
    ['{"user":{"name":"a"},"total":1,"paid":1}', "$.paid: must be true or false"],
    ['{"user":{"name":"a"},"total":1,"line items":{}}', "$.line items: must be a list"],
    ['{"user":{"name":"a"},"total":1,"line items":[{"name":"b"},7]}', "$.line items[1]: must be an object"],
    [
      '{"user":{"name":"a"},"total":1,"next":{"user":{"name":"a"},"total":1,"next":{}}}',
      "$.next.next.user: missing",
    ],
    ['{"user":', "$: bad JSON or over 64 levels at byte 8"],
    ["", "$: bad JSON or over 64 levels at byte 0"],
  ])("that are %s are refused with the place", async ([body, problem]) => {
    expect(await read(body!)).toEqual([400, problem]);
  });
  test("hold a bounded number of objects", async () => {
    const user = '{"name":"a"}';
    const order = (n: number) => `{"user":${user},"total":0,"line items":[${Array(n).fill(user).join()}]}`;
    expect(await read(order(65_534))).toEqual([200, "a 18 - 65534 0.0 false "]);
    expect(await read(order(65_535))).toEqual([
      400,
      "$.line items[65534]: is one object too many: 65536 are read",
    ]);
  });
  test("may be lists, and classes of base classes and other names", async () => {
    const source = plugin(
      `class Named { name: string = "?"; }
      namespace inner { @json export class Tagged extends Named { tags: (string | null)[] = []; @omit note: string = "own"; private hidden: i32 = 4;
        get secret(): i32 { return this.hidden; } } }`,
      `const list = TypedJson.parseText<inner.Tagged[]>(body.text());
      if (!list) return ctx.respond(400, TypedJson.problem());
      let text = "";
      for (let i = 0; i < list.length; i++) {
        const tag = list[i].tags.length ? list[i].tags[0] : "none";
        text += list[i].name + ":" + (tag != null ? tag : "null") + ":" + list[i].note + list[i].secret.toString() + " ";
      }
      return ctx.respond(200, text);`,
    );
    const gateway = await startGateway({ plugin: await build(source, flags) });
    const at = async (body: string) => (await gateway.fetch("/", { body })).text();
    expect(await at('[{"name":"a","tags":["x"]},{"tags":[null],"note":"theirs","hidden":9},{}]')).toBe(
      "a:x:own4 ?:null:own4 ?:none:own4 ",
    );
    expect(await at('[{},{"name":1}]')).toBe("$[1].name: must be a string");
  });
  test.for(["behind", "before"])("are classes that json-as writes, its transform %s ours", async (place) => {
    const source = plugin(
      `import { JSON } from "json-as";\n${CLASSES}`,
      `const order = TypedJson.parse<Order>(body.bytes); return ctx.respond(200, order ? JSON.stringify<Order>(order) : "");`,
    );
    const transform = ["--transform", "json-as/transform"];
    const { wasm, messages } = await (place === "behind"
      ? compile(source, [...flags, ...transform])
      : compile(source, flags, transform));
    expect(messages).not.toContain("ERROR");
    const gateway = await startGateway({ plugin: wasm! });
    const body = '{"total":0.1,"user":{"name":"\\/"},"line items":[{"name":"b","age":0}]}';
    expect((await gateway.fetch("/", { body })).json()).toEqual({
      user: { name: "/", age: 18, nick: null },
      "line items": [{ name: "b", age: 0, nick: null }],
      total: 0.1,
      paid: false,
      next: null,
    });
  });
});

test.for([
  ["a type it does not read", "at!: Date;", /TypedJson reads classes with @json, lists, strings/],
  ["a map", "at: Map<string, string> = new Map();", /TypedJson reads classes with @json, lists, strings/],
  ["a class without @json", "at!: Plain;", /TypedJson reads classes with @json, lists, strings/],
  [
    "a deserializer",
    "@deserializer read(text: string): C { return this; }",
    /does not call the @deserializer of C/,
  ],
  ["a field that cannot be set", "readonly at: i32 = 0;", /cannot set 'at', which is readonly/],
])("%s is an error of the build", async ([, member, message]) => {
  const { wasm, messages } = await compile(
    plugin(
      `class Plain { a: i32 = 0; }\n@json class C { ${member} }`,
      `return ctx.respond(TypedJson.parse<C>(body.bytes) ? 200 : 400);`,
    ),
  );
  expect([wasm, messages]).toEqual([undefined, expect.stringMatching(message as RegExp)]);
});

describe("a plugin that does not use it", () => {
  const handler = `const json = body.json(); return ctx.respond(200, json ? json.string("name") || "" : "no");`;
  const without = plugin("class User { name: string = ''; }", handler).replace(/import \{ TypedJson.*\n/, "");

  test("is the same with @json as with a decorator that nobody knows, byte for byte", async () => {
    const decorated = (name: string) => build(without.replace("class User", `@${name} class User`));
    expect(await decorated("json")).toEqual(await decorated("nobody"));
  });
  test("has no function of it", async () => {
    const names = async (source: string) =>
      Buffer.from(await build(source, DEBUG))
        .toString("latin1")
        .match(/sdk\/assembly\/typed\/|__typed|~lib\/json-as/g);
    expect(await names(without.replace("class User", "@json class User"))).toBeNull();
    // With it, those of the reader, and still none of json-as.
    expect(new Set(await names(READS))).toEqual(new Set(["sdk/assembly/typed/", "__typed"]));
  });
});
