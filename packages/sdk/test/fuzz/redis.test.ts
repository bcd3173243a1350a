import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { DEBUG, RELEASE, build } from "../compile.ts";
import { BareHost, withinLimit } from "./bare-host.ts";
import { random } from "./guest.ts";

// Every reply, from the outside in, with what follows the last item of a list.
const SOURCE = `import { Action, Cluster, Plugin, RedisClient, RedisReply, RequestContext, NoConfig, NoState } from "@gateway-plugins/sdk";
const redis = new RedisClient(Cluster.named("c"));
function tell(ctx: RequestContext<NoConfig, NoState>, reply: RedisReply): void {
  const kind = [(<i32>reply.failure).toString(), reply.ok.toString(), reply.isNull.toString(), reply.integer().toString(), reply.length.toString()].join(" ");
  ctx.setProperty(kind, reply.text() + "\\ue000" + reply.error + "\\ue000" + reply.reason);
  for (let i = 0; i < reply.length; i++) tell(ctx, reply.at(i));
  if (reply.length && !(reply.at(-1).isNull && reply.at(reply.length).isNull)) ctx.setProperty("outside", "of the list");
}
function command(words: string | null): string[] {
  if (words == null) return ["get", "k"];
  return words.replaceAll("\\ue001", "\\ud83d").split("\\ue000");
}
new Plugin("fuzz").onRequestHeaders((ctx) =>
  redis.command(command(ctx.property("words"))).send(ctx, (ctx, reply) => {
    tell(ctx, reply);
    return Action.Continue;
  }));`;

type Next = (below: number) => number;
const NONE = 0;
const CONNECT_FAILED = 5;
const PROTOCOL = 6;
const AUTHENTICATION = 9;

describe.for([
  ["release", RELEASE, 100_000],
  ["debug", DEBUG, 3_000],
] as const)("replies of Redis against a reader of Node's (%s)", ([, flags, count]) => {
  const each = async (seed: number, make: (next: Next) => Buffer, inputs: number = count) => {
    const host = new BareHost(await build(SOURCE, [...flags]));
    const next = random(seed);
    withinLimit(() => {
      for (let i = 0; i < inputs; i++) {
        const bytes = make(next);
        let commands = 0;
        const found: string[][] = [];
        host.buffer = () => (bytes.length === 0 ? undefined : bytes);
        host.told = (name, texts) => {
          if (name === "redis_call") commands++;
          else found.push(texts.map((text) => text.toString("latin1")));
          return true;
        };
        host.request();
        // One that wants a password is sent once more.
        for (let replies = 0; replies < commands; replies++) host.redisReply(bytes.length);
        const wanted = bytes.length === 0 ? failed(CONNECT_FAILED, "connect failure") : told(bytes);
        if (JSON.stringify(found) !== JSON.stringify(wanted))
          expect([bytes.toString("latin1"), found]).toEqual([bytes.toString("latin1"), wanted]);
      }
    });
    expect(host.logs).toEqual([]);
    expect(host.pages).toBeLessThan(64);
  };

  test("commands go out as lists of bulk strings", async () => {
    const host = new BareHost(await build(SOURCE, [...flags]));
    const next = random(40);
    withinLimit(() => {
      for (let i = 0; i < count; i++) {
        const words = Array.from({ length: 1 + next(5) }, () => word(next));
        host.property = (path) =>
          path === "words"
            ? Buffer.from(words.join("\ue000").replaceAll(/\ud83d(?!\ude00)/g, "\ue001"))
            : undefined;
        host.told = (name, [cluster, bytes]) => {
          if (name !== "redis_call") return true;
          const wanted = [
            `*${words.length}`,
            ...words.flatMap((one) => [`$${Buffer.byteLength(one)}`, one]),
            "",
          ];
          if (cluster!.toString() !== "c" || !bytes!.equals(Buffer.from(wanted.join("\r\n"))))
            expect([words, bytes!.toString()]).toEqual([words, wanted.join("\r\n")]);
          return true;
        };
        host.buffer = () => Buffer.from("+OK\r\n");
        host.request();
        host.redisReply(5);
      }
    });
    expect(host.pages).toBeLessThan(64);
  });
  test("every type is read, nested and alone", () => each(41, (next) => reply(next, 3)));
  test("what is cut, changed or followed by more is no reply, or another one", () =>
    each(42, (next) => damaged(next, reply(next, 3))));
  test("sixteen levels are read, and not one more", async () => {
    const nested = (levels: number) => Buffer.from(`${"*1\r\n".repeat(levels - 1)}:7\r\n`);
    const nines = [18, 19, 20].flatMap((digits) =>
      ["*", "$"].map((kind) => `${kind}${"9".repeat(digits)}\r\n`),
    );
    const bombs = [nested(16), nested(17), nested(100_000), ...nines.map((text) => Buffer.from(text))];
    await each(43, () => bombs.shift()!, bombs.length);
  });
});

const LINES = [
  "",
  "OK",
  "ERR wrong",
  "NOAUTH needed",
  "WRONGPASS x",
  "xunauthenticated",
  "NOSCRIPT",
  "\u00e9",
];
const NUMBERS = ["0", "7", "-1", "+3", "-0", "9223372036854775807", "-9223372036854775808", "123456789012"];
const TEXTS = [
  ...LINES,
  ...NUMBERS,
  "12a",
  "-",
  "1 ",
  "12345678901234567890",
  "1\r\n2",
  "\u{1f600}",
  "\r\n",
  "*1",
];
function word(next: Next): string {
  const letters = ["a", " ", "\r\n", "$", "\0", "\u00e9", "\u4e2d", "\u{1f600}", "\ud83d"];
  if (next(30) === 0) return letters[next(9)]!.repeat(next(3_000));
  return Array.from({ length: next(12) }, () => letters[next(letters.length)]!).join("");
}
function reply(next: Next, depth: number): Buffer {
  const one = (from: readonly string[]) => from[next(from.length)]!;
  const kind = next(depth === 0 ? 5 : 8);
  if (kind === 0) return Buffer.from(`+${one(LINES)}\r\n`);
  if (kind === 1) return Buffer.from(`-${one(LINES)}\r\n`);
  if (kind === 2) return Buffer.from(`:${one(NUMBERS)}\r\n`);
  if (kind === 3) return Buffer.from(["$-1\r\n", "*-1\r\n", "*0\r\n"][next(3)]!);
  if (kind === 4) {
    const text = next(50) === 0 ? "x".repeat(next(5_000)) : one(TEXTS);
    const bytes = next(8) === 0 ? Buffer.from([next(256), next(256)]) : Buffer.from(text);
    return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from("\r\n")]);
  }
  const items = Array.from({ length: next(5) }, () => reply(next, depth - 1));
  return Buffer.concat([Buffer.from(`*${items.length}\r\n`), ...items]);
}
function damaged(next: Next, bytes: Buffer): Buffer {
  const at = next(bytes.length + 1);
  const [before, after] = [bytes.subarray(0, at), bytes.subarray(at)];
  const bit = [
    "\r",
    "\n",
    "\r\n",
    "-",
    "+",
    ":",
    "$",
    "*",
    "0",
    "1",
    "9",
    " ",
    "_",
    "9999999999",
    "4294967295",
    "2147483648",
  ];
  switch (next(5)) {
    case 0:
      return before;
    case 1:
      return Buffer.concat([before, Buffer.from(bit[next(bit.length)]!), after]);
    case 2:
      return Buffer.concat([before, Buffer.from(bit[next(bit.length)]!), after.subarray(1)]);
    case 3:
      return Buffer.concat([before, after.subarray(1)]);
    default:
      return Buffer.concat([bytes, reply(next, 0).subarray(0, 1 + next(4))]);
  }
}

interface Reply {
  /** `+`, `-`, `:`, `$`, `*` or a null */
  kind: string;
  text: string;
  items: Reply[];
}
/** The reply at `from`, and where it ends; undefined when the bytes are none. */
function read(bytes: Buffer, from: number, levels: number): [reply: Reply, end: number] | undefined {
  const lineEnd = bytes.indexOf("\r\n", from);
  if (lineEnd < 0 || levels === 0) return undefined;
  const kind = String.fromCharCode(bytes[from]!);
  const text = bytes.toString("latin1", from + 1, lineEnd);
  const end = lineEnd + 2;
  if (kind === "+" || kind === "-") return [{ kind, text, items: [] }, end];
  if (!isNumber(text)) return undefined;
  if (kind === ":") return [{ kind, text, items: [] }, end];
  if (kind !== "$" && kind !== "*") return undefined;
  if (text.startsWith("-")) return [{ kind: "null", text: "", items: [] }, end];
  const size = Number(text);
  if (kind === "$") {
    const after = end + size;
    if (after + 2 > bytes.length || bytes.toString("latin1", after, after + 2) !== "\r\n") return undefined;
    return [{ kind, text: bytes.toString("latin1", end, after), items: [] }, after + 2];
  }
  const items: Reply[] = [];
  let at = end;
  for (let i = 0; i < size; i++) {
    const item = read(bytes, at, levels - 1);
    if (!item) return undefined;
    items.push(item[0]);
    at = item[1];
  }
  return [{ kind, text, items }, at];
}
/** As latin1, like all texts here. */
const BETWEEN = Buffer.from("\ue000").toString("latin1");
const isNumber = (text: string) =>
  /^[+-]?\d{1,19}$/.test(text) && text.length <= 19 + Number(/^[+-]/.test(text));
const failed = (failure: number, reason: string) => [
  [`${failure} false true 0 0`, `${BETWEEN}${BETWEEN}${reason}`],
];
function told(bytes: Buffer): string[][] {
  const whole = read(bytes, 0, 16);
  if (!whole || whole[1] !== bytes.length) return failed(PROTOCOL, "malformed reply");
  const tell = ({ kind, text, items }: Reply): string[][] => {
    const error = kind === "-" ? text : "";
    const failure = /^(?:NOAUTH|WRONGPASS)/.test(error) ? AUTHENTICATION : NONE;
    const integer =
      (kind === ":" || kind === "$") && isNumber(text) ? BigInt.asIntN(64, BigInt(text.replace("+", ""))) : 0;
    const facts = [failure, kind !== "-", kind === "null", integer, items.length].join(" ");
    const shown = kind === "-" || kind === "*" ? "" : text;
    return [[facts, `${shown}${BETWEEN}${error}${BETWEEN}${error}`], ...items.flatMap(tell)];
  };
  return tell(whole[0]);
}
