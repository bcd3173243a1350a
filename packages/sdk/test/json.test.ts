import fc from "fast-check";
import { startGateway } from "@gateway-plugins/test-host";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { BUILDS, build } from "./compile.ts";

const SOURCE = `import { Action, Plugin } from "@gateway-plugins/sdk";
class State { path: string = ""; }
new Plugin<NoConfig, State>("json").onRequestHeaders((ctx) => {
  ctx.state.path = ctx.request.headers.get("x-path") || "";
  return Action.Continue;
}).onRequestBody((ctx, body) => {
  const json = body.json();
  if (json == null) return ctx.respond(400);
  const path = ctx.state.path;
  const value = json.get(path);
  if (value == null) return ctx.respond(404);
  const text = json.string(path);
  return ctx.respond(200, text != null ? "s" + text : "v" + value.toString());
});`;
const SEED = 20260101;

describe.for(BUILDS)("the JSON reader (%s)", ([, flags]) => {
  const start = async () => startGateway({ plugin: await build(SOURCE, flags), canary: false });

  test("accepts what JSON.parse accepts, and nothing else", async () => {
    const gateway = await start();
    const documents = fc.sample(fc.json({ depthSize: "small", stringUnit: "grapheme" }), {
      numRuns: 1_500,
      seed: SEED,
    });
    const random = fc.sample(
      fc.tuple(fc.nat(), fc.nat(), fc.constantFrom(...'{}[]",:\\u0123-+.eE\t\n truefalsn\u00e9')),
      { numRuns: 1_500, seed: SEED },
    );
    let refused = 0;
    for (const [i, document] of documents.entries()) {
      const [at, remove, insert] = random[i]!;
      const position = at % (document.length + 1);
      const mutated = document.slice(0, position) + insert + document.slice(position + (remove % 3));
      for (const text of [document, mutated, document.slice(0, position)]) {
        // A lone half of a surrogate pair cannot be written as UTF-8.
        if (text === "" || Buffer.from(text).toString() !== text) continue;
        const { status } = await gateway.fetch("/", { body: text });
        expect([text, status]).toEqual([text, isJson(text) ? 200 : 400]);
        if (status === 400) refused++;
      }
    }
    expect(refused).toBeGreaterThan(1_000);
  });

  test("finds what a path leads to", async () => {
    const gateway = await start();
    const document = {
      a: { b: [1, { c: "x\u00e9\ud83d\ude00\n" }, [], {}] },
      d: null,
      "e\u0301": "combined",
      dup: 1,
    };
    const text = JSON.stringify(document).replace('"dup":1', '"dup":1,"du\\u0070":"last"');
    for (const [path, expected] of [
      ["a.b.0", "v1"],
      ["a.b.1.c", "sx\u00e9\ud83d\ude00\n"],
      ["a.b.1", `v${JSON.stringify(document.a.b[1])}`],
      ["a.b.2", "v[]"],
      ["a.b.3", "v{}"],
      ["a.b.4", undefined],
      ["a.b.-1", undefined],
      ["a.b.x", undefined],
      ["d", "vnull"],
      ["d.x", undefined],
      ["dup", "slast"],
      ["e\u0301", "scombined"],
      ["nothing", undefined],
    ] as const) {
      const headers: [string, string][] = [["x-path", Buffer.from(path).toString("latin1")]];
      const response = await gateway.fetch("/", { body: text, headers });
      expect([path, response.status === 200 ? response.text() : undefined]).toEqual([path, expected]);
    }
  });

  test.for([
    ["deep nesting", "[".repeat(1_000_000), 400],
    ["64 levels", "[".repeat(64) + "]".repeat(64), 200],
    ["65 levels", "[".repeat(65) + "]".repeat(65), 400],
    ["a long string", `"${"\u00e9".repeat(300_000)}"`, 200],
    ["a long number", "1".repeat(500_000), 200],
    ["overlong UTF-8", new Uint8Array([0x22, 0xc0, 0x80, 0x22]), 400],
    ["a surrogate in UTF-8", new Uint8Array([0x22, 0xed, 0xa0, 0x80, 0x22]), 400],
    ["beyond Unicode", new Uint8Array([0x22, 0xf4, 0x90, 0x80, 0x80, 0x22]), 400],
    ["UTF-8 cut off", new Uint8Array([0x22, 0xe2, 0x82, 0x22]), 400],
    ["a byte order mark", "\ufeff{}", 400],
    ["NUL behind the document", "{}\0", 400],
    ["spaces alone", "  ", 400],
  ] as const)("gives the right answer to %s, and traps on nothing", async ([, body, status]) => {
    const gateway = await start();
    expect((await gateway.fetch("/", { body })).status).toBe(status);
    expect((await gateway.fetch("/", { body: "{}" })).status).toBe(200);
  });
});

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
