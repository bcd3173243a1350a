import { startGateway } from "@gateway-plugins/test-host";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { encodeStruct } from "../../test-host/src/envoy/protobuf.ts";
import { BUILDS, build } from "./compile.ts";
import { random } from "./fuzz/guest.ts";

const source = (accepts: string) => `import { Plugin } from "@gateway-plugins/sdk";
class Config { text: string = ""; }
new Plugin<Config>("p")${accepts}.parseConfig((json, config) => {
  const list = json.objects("list"), inner = json.object("inner");
  config.text = [json.string("name"), json.integer("n").toString(), json.string("ratio"), json.bool("on").toString(), json.strings("tags").join("+"), json.has("none").toString(), list.length.toString(), inner.string("a\\"b")].join("|");
}).onRequestHeaders((ctx) => ctx.respond(200, ctx.config.text));`;
const CONFIG = {
  name: 'q"\\\n\u00e9\u{1f600}',
  n: -2147483648,
  ratio: 0.1,
  on: true,
  tags: ["x", ""],
  none: null,
  list: [{}, { deep: [[1, [null]]] }],
  inner: { 'a"b': "y".repeat(300) },
};
const READ = `q"\\\n\u00e9\u{1f600}|-2147483648|0.1|true|x+|false|2|${"y".repeat(300)}`;

describe.for(BUILDS)("a configuration that is a protobuf Struct (%s)", ([, flags]) => {
  test("is named, and refused, by a plugin that does not accept one", async () => {
    const plugin = await build(source(""), flags);
    for (const config of [{ name: "x" }, { inner: { long: "y".repeat(300) } }, CONFIG])
      await expect(startGateway({ plugin, name: "p", config: encodeStruct(config) })).rejects.toThrow(
        /bad JSON .*; a Struct\? Use a StringValue/,
      );
  });

  const start = async (config: object | string | Uint8Array) =>
    startGateway({ plugin: await build(source(".acceptStruct()"), flags), name: "p", config });

  test("is read by a plugin that accepts one, as the same JSON is", async () => {
    for (const config of [encodeStruct(CONFIG), CONFIG, `\n${JSON.stringify(CONFIG)}`]) {
      const gateway = await start(config);
      expect((await gateway.fetch("/")).text()).toBe(READ);
    }
  });
  test("has rules", async () => {
    const gateway = await start(
      encodeStruct({ name: "all", _rules_: [{ _match_domain_: ["a.example"], name: "a" }] }),
    );
    const at = async (authority: string) => (await gateway.fetch("/", { authority })).text().split("|")[0];
    expect([await at("a.example"), await at("b.example")]).toEqual(["a", "all"]);
  });
  test("is refused with its path where a value is wrong", async () => {
    await expect(start(encodeStruct({ n: 1.5 }))).rejects.toThrow("$.n: must be a whole number from ");
    await expect(start(encodeStruct({ n: 1e20 }))).rejects.toThrow("$.n: must be a whole number from ");
    await expect(start("{'a': 1}")).rejects.toThrow("bad JSON");
  });
  test("is at most 64 levels deep", async () => {
    const nested = (depth: number): Record<string, unknown> => (depth === 1 ? {} : { a: nested(depth - 1) });
    await start(encodeStruct(nested(64)));
    await expect(start(encodeStruct(nested(65)))).rejects.toThrow(/64 levels/);
    await expect(start(encodeStruct(nested(1_000)))).rejects.toThrow(/64 levels/);
  });
  test("traps on nothing, whatever its bytes are", async () => {
    const gateway = await start(CONFIG);
    const next = random(41);
    const whole = encodeStruct(CONFIG);
    const seen = { accepted: 0, refused: 0 };
    for (let i = 0; i < 1_000; i++) {
      const bytes = Uint8Array.from(whole.subarray(0, next(4) ? whole.length : next(whole.length)));
      for (let n = 1 + next(3); n && bytes.length; n--) bytes[next(bytes.length)] = next(256);
      const { accepted } = await gateway.configure(bytes);
      seen[accepted ? "accepted" : "refused"]++;
      expect((await gateway.fetch("/")).status).toBe(200);
    }
    expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(50);
  });
});
