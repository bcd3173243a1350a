import { startGateway } from "@gateway-plugins/test-host";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { BUILDS, RELEASE, build } from "./compile.ts";

const SOURCE = `import { Action, Bytes, Cookies, EventReader, LogFields, NoConfig, Pattern, Plugin, Query } from "@gateway-plugins/sdk";
function event(input: Bytes): string {
  const events = new EventReader();
  events.push(input, true);
  const data = events.next()!.data || "";
  return data.length.toString() + data.substring(0, 5);
}
function bytewise(input: Bytes): string {
  const events = new EventReader();
  let seen = "";
  for (let i = 0; i < input.length; i++) {
    events.push(input.slice(i, i + 1), i + 1 == input.length);
    for (let event = events.next(); event; event = events.next()) seen += (event.data || "").length.toString() + " ";
  }
  return seen;
}
function joined(text: string): string {
  const query = Query.parse(text);
  query.set("b", "1");
  const cookies = Cookies.parse(text.replaceAll("&", ";"));
  return [query.toString(), cookies.toString(), text.split("&").join("|")].join(" + ");
}
function logged(fields: i32): string {
  const log = new LogFields();
  for (let i = 0; i < fields; i++) log.set(i.toString(), "x");
  return log.write().toString();
}
function matched(source: string): string {
  const pattern = Pattern.compile(source);
  return pattern ? [pattern.test("aaaa!"), pattern.test("a word0x"), pattern.test("word300x")].join() : Pattern.problem;
}
function answer(wanted: string, input: Bytes): string {
  if (wanted == "event") return event(input);
  if (wanted == "bytewise") return bytewise(input);
  if (wanted == "joined") return joined(input.text());
  if (wanted == "logged") return logged(input.length);
  if (wanted == "masked") return Pattern.compile("[0-9]")!.replaceAll(input.text(), "*");
  return matched(input.text());
}
class State { wanted: string = ""; }
new Plugin<NoConfig, State>("p")
  .onRequestHeaders((ctx) => {
    ctx.state.wanted = ctx.request.headers.get("wanted") || "";
    return Action.Continue;
  })
  .onRequestBody((ctx, body) => ctx.respond(200, answer(ctx.state.wanted, body.bytes)));`;
const PAGE = 65_536;
/** Bytes of linear memory for each byte of input, objects for each of them included; what grows with its square takes tens of thousands. */
const MOST = 1_000;

describe.for<(typeof BUILDS)[number]>([...BUILDS, ["incremental", [...RELEASE, "--runtime", "incremental"]]])(
  "a long input of a %s build takes memory in proportion",
  ([, flags]) => {
    const answerTo = async (wanted: string, input: string): Promise<string> => {
      const gateway = await startGateway({ plugin: await build(SOURCE, flags), trace: false });
      const response = await gateway.fetch("/", { headers: { wanted }, body: input });
      expect(response.status).toBe(200);
      expect(gateway.memoryPages * PAGE).toBeLessThan(MOST * input.length + 8 * PAGE);
      return response.text();
    };

    test("an event of many lines", async () =>
      expect(await answerTo("event", `${"data:ab\n".repeat(20_000)}\n`)).toBe("59999ab\nab"));
    test("an event in chunks of a byte", async () => {
      const stream = `data:${"x".repeat(9_000)}\n\ndata:yy\r\n\r\ndata:${"z".repeat(9_000)}\n\n`;
      expect(await answerTo("bytewise", stream)).toBe("9000 2 9000 ");
    });
    test("lists of many texts that become one", async () => {
      const input = "a&".repeat(20_000);
      const cookies = Array(20_000).fill("a").join("; ");
      expect(await answerTo("joined", input)).toBe(
        [`${input}&b=1`, cookies, input.replaceAll("&", "|")].join(" + "),
      );
    });
    test("many fields of an access log", async () =>
      expect(await answerTo("logged", "x".repeat(2_000))).toBe("true"));
    test("a pattern with many matches", async () =>
      expect(await answerTo("masked", `a${"1".repeat(20_000)}b`)).toBe(`a${"*".repeat(20_000)}b`));
    test("a pattern with as many choices in a row as it may have", async () => {
      expect(await answerTo("matched", "(?:a?){1000}(?:a?){990}!")).toBe("true,false,false");
      expect(await answerTo("matched", `(?:${"|".repeat(990)})!`)).toBe("true,false,false");
      expect(await answerTo("matched", "|".repeat(10_000))).toMatch("too large: over 4000 steps");
    });
    test("a pattern of many alternatives", async () => {
      const words = Array.from({ length: 300 }, (_, i) => `word${i}x`).join("|");
      expect(await answerTo("matched", words)).toBe("false,true,false");
    });
  },
);
