import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { DEBUG, RELEASE, build } from "../compile.ts";
import { BareHost, withinLimit } from "./bare-host.ts";
import { random } from "./guest.ts";

// Private characters stand for halves of surrogate pairs, which do not pass as UTF-8, and between texts.
const SOURCE = `import { Action, Cluster, Headers, HttpClient, Plugin } from "@gateway-plugins/sdk";
const client = new HttpClient(Cluster.named("c", "host"));
function given(text: string | null): string[][] {
  const pairs: string[][] = [];
  if (text == null) return pairs;
  const lists = text.split("\\ue002");
  for (let i = 1; i < lists.length; i++)
    pairs.push(lists[i].replaceAll("\\ue000", "\\ud83d").replaceAll("\\ue001", "\\ude00").split("\\ue003"));
  return pairs;
}
function edited(headers: Headers, edit: string[]): bool {
  if (edit[0] == "set") return headers.set(edit[1], edit[2]);
  if (edit[0] == "append") return headers.append(edit[1], edit[2]);
  return headers.delete(edit[1]);
}
new Plugin("fuzz").onRequestHeaders((ctx) => {
  const headers = ctx.request.headers;
  const mode = ctx.property("mode");
  const pairs = given(ctx.property("given"));
  if (mode == "read") {
    const entries = headers.entries();
    for (let i = 0; i < entries.length; i++) ctx.setProperty(entries[i][0], entries[i][1]);
    ctx.setProperty("all", headers.getAll("a").length.toString());
  } else if (mode == "replace") ctx.setProperty("done", headers.replaceAll(pairs).toString());
  else if (mode == "edit") ctx.setProperty("done", edited(headers, pairs[0]).toString());
  else if (mode == "respond") return ctx.respond(200, "", { headers: pairs.slice(1), contentType: pairs[0][0] });
  else if (mode == "call")
    return client.request(pairs[0][0], pairs[0][1], { headers: pairs.slice(1) }).send(ctx, (ctx, response) => Action.Continue);
  return Action.Continue;
});`;

type Next = (below: number) => number;
type Pair = string[];
const HALVES: Record<string, string> = { "\ud83d": "\ue000", "\ude00": "\ue001" };
const handed = (pairs: readonly Pair[]) =>
  Buffer.from(
    pairs
      .map((pair) => `\ue002${pair.join("\ue003")}`)
      .join("")
      // Without the u flag: halves one by one.
      .replace(/\ud83d|\ude00/g, (half) => HALVES[half]!),
  );

describe.for([
  ["release", RELEASE, 100_000],
  ["debug", DEBUG, 3_000],
] as const)("maps of headers against a codec of Node's (%s)", ([, flags, count]) => {
  const each = async (
    mode: string,
    seed: number,
    once: (
      next: Next,
      run: (map: Buffer, given: readonly Pair[]) => { told: string[][]; logs: string[] },
    ) => void,
    inputs: number = count,
  ) => {
    const host = new BareHost(await build(SOURCE, [...flags]));
    const next = random(seed);
    withinLimit(() => {
      for (let i = 0; i < inputs; i++)
        once(next, (map, pairs) => {
          const told: string[][] = [];
          host.logs.length = 0;
          host.pairs = () => map;
          host.property = (path) => (path === "mode" ? Buffer.from(mode) : handed(pairs));
          host.told = (name, texts) => {
            told.push([name, ...texts.map((text) => text.toString("latin1"))]);
            return name !== "http_call";
          };
          host.request();
          return { told, logs: host.logs };
        });
    });
    expect(host.pages).toBeLessThan(1024);
  };
  const same = (input: unknown, found: unknown, wanted: unknown) => {
    if (JSON.stringify(found) !== JSON.stringify(wanted)) expect([input, found]).toEqual([input, wanted]);
  };
  const latin = (text: string) => Buffer.from(text).toString("latin1");

  test("what a gateway hands over is read as far as it is whole, and nothing traps", () =>
    each("read", 31, (next, run) => {
      const map = damaged(
        next,
        encoded(somePairs(next, "aAb:\u00e9\u4e2d\u{1f600}", 6, "x \t\u00e9\u{1f600}\r\n")),
      );
      const { told } = run(map, []);
      const wanted = pairsOf(map);
      wanted.push(["all", String(wanted.filter(([name]) => name === "a").length)]);
      same(
        map.toString("hex"),
        told.map((texts) => texts.slice(1)),
        wanted,
      );
    }));

  test("replaceAll hands over what stays and what is given, or nothing", () =>
    each("replace", 32, (next, run) => {
      const present = somePairs(next, "", 5, "x\u00e9");
      const pairs = manyMore(
        next,
        somePairs(next, next(3) === 0 ? "a: " : "a-", 4, next(4) === 0 ? "x\n" : "x\t\u{1f600}\ud83d\ude00"),
      );
      const { told, logs } = run(encoded(present), pairs);
      const broken = pairs.find(([name, value]) => !isToken(name!) || !isValue(value!));
      const given = pairs.filter(([name]) => !isReserved(name!));
      const forwards = given.some(([name]) => lower(name!) === "x-forwarded-proto");
      const stays = ([name = ""]: Pair) =>
        name.startsWith(":") || isReserved(name) || (!forwards && name === "x-forwarded-proto");
      const all = [...present.filter(stays), ...given];
      const map = encoded(all);
      const done = !broken && all.length <= 1024 && map.length <= 1 << 20;
      same(pairs, told, [
        ...(done ? [["set_header_map_pairs", map.toString("latin1")]] : []),
        ["set_property", "done", String(done)],
      ]);
      same(pairs, logs, done ? [] : [refused(broken?.[0] ?? "replaceAll")]);
    }));

  test("an edit hands over what is legal, and says what it refuses", () =>
    each("edit", 33, (next, run) => {
      const [[name, value]] = [
        [...somePairs(next, "aA-: \u00e9", 1, "x\t\n\u007f\u00e9\ud83d\ude00", 1)[0]!],
      ] as [[string, string]];
      const verb = ["set", "append", "delete"][next(3)]!;
      const { told, logs } = run(Buffer.alloc(0), [[verb, name, value]]);
      const legal =
        isToken(name) &&
        !isReserved(name) &&
        (verb === "delete" ? lower(name) !== "x-forwarded-proto" : isValue(value)) &&
        !(verb === "append" && SINGLE.includes(lower(name)));
      const call = { set: "replace", append: "add", delete: "remove" }[verb]!;
      same([verb, name, value], told, [
        ...(legal
          ? [[`${call}_header_map_value`, latin(name), ...(verb === "delete" ? [] : [latin(value)])]]
          : []),
        ["set_property", "done", String(legal)],
      ]);
      same([verb, name, value], logs, legal ? [] : [refused(name)]);
    }));

  test("a local response takes the headers that may be sent, and names the others", () =>
    each(
      "respond",
      34,
      (next, run) => {
        const type = ["", "", "text/plain", "a\nb", "\u00e9"][next(5)]!;
        const pairs = manyMore(next, somePairs(next, "a-: ", 4, "x\n\u{1f600}\ud83d\ude00"));
        const { told, logs } = run(Buffer.alloc(0), [[type], ...pairs]);
        const isSendable = ([name, value]: Pair) => isToken(name!) && !isReserved(name!) && isValue(value!);
        const sent = pairs.filter(isSendable);
        if (type !== "" && isValue(type)) sent.unshift(["content-type", type]);
        const map = encoded(sent);
        const fits = sent.length <= 1024 && map.length <= 1 << 20;
        same([type, pairs], told, [["send_local_response", "", "", fits ? map.toString("latin1") : ""]]);
        const left = pairs.filter((pair) => !isSendable(pair)).map(([name]) => leftOut(name!));
        if (type !== "" && !isValue(type)) left.push(leftOut("content-type"));
        if (!fits) left.push("4 fuzz: over 1024 headers or 1 MiB: the local response goes without them");
        same([type, pairs], logs, left);
      },
      count / 2,
    ));

  test("a call takes its headers behind those of every request, or is not sent", () =>
    each(
      "call",
      35,
      (next, run) => {
        const method = ["GET", "GET", "post", "", "G T", "\u00e9"][next(6)]!;
        const url = Array.from({ length: next(7) }, () => URL_PARTS[next(URL_PARTS.length)]!).join("");
        const pairs = manyMore(
          next,
          somePairs(next, next(3) === 0 ? "a: " : "a-", 3, next(4) === 0 ? "x\n" : "x\u{1f600}"),
        );
        const { told, logs } = run(Buffer.alloc(0), [[method, url], ...pairs]);
        const target = url.replace(/#.*/s, "");
        const [, authority = "", path = target] = /^https?:\/\/([^/?]*)(.*)/s.exec(target) ?? [];
        const isSent = !/[\0-\x20\x7f]/.test(target);
        const broken = isSent ? pairs.find(([name]) => !isToken(name!) || isReserved(name!)) : undefined;
        const map = encoded([
          [":method", method],
          [":path", path.startsWith("/") ? path : `/${path}`],
          [":authority", authority === "" ? "host" : authority],
          [":scheme", "http"],
          ...pairs,
        ]);
        const legal =
          isSent &&
          !broken &&
          isToken(method) &&
          pairs.every(([, value]) => isValue(value!)) &&
          pairs.length <= 1020;
        same(
          [method, url, pairs],
          told,
          legal && map.length <= 1 << 20 ? [["http_call", "c", map.toString("latin1"), ""]] : [],
        );
        same([method, url, pairs], logs, broken ? [refused(broken[0]!)] : []);
      },
      count / 2,
    ));
});

const URL_PARTS = ["http", "https", "://", "//", "/", "a", "b:80", "?", "#", " ", "\u00e9"];
const RESERVED = ["host", "connection", "content-length", "transfer-encoding"];
const SINGLE =
  "date etag server referer expires location user-agent content-type x-request-id authorization last-modified".split(
    " ",
  );
const NAMES = [...RESERVED, ...SINGLE, ":path", ":authority", "x-forwarded-proto", "x-a", "cookie"];
const lower = (name: string) => name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
const isReserved = (name: string) => RESERVED.includes(lower(name));
const isToken = (text: string) => /^[!#$%&'*+.^_`|~\w-]+$/.test(text);
const isValue = (text: string) => !/[\0-\x08\n-\x1f\x7f]/.test(text);
/** As a log line has it. */
const refused = (name: string) => line(`refused to change header ${name}`);
const leftOut = (name: string) => line(`left out of the local response: header ${name}`);
const line = (text: string) =>
  `4 fuzz: ${Buffer.from(text.replace(/[\0-\x08\n-\x1f\x7f]/g, " ")).toString()}`;

function somePairs(next: Next, letters: string, most: number, valueLetters: string, least = 0): Pair[] {
  const text = (alphabet: string, longest: number) => {
    const units = next(2) === 0 ? [...alphabet] : alphabet.split("");
    return Array.from({ length: next(longest) }, () => units[next(units.length)]!).join("");
  };
  const name = () => {
    if (letters !== "" && next(2) === 0) return text(letters, 5);
    const known = NAMES[next(NAMES.length)]!;
    return next(4) === 0 ? known.toUpperCase() : known;
  };
  return Array.from({ length: least + next(most) }, () => [
    name(),
    next(200) === 0 ? valueLetters[0]!.repeat(next(3) * 4096) : text(valueLetters, 6),
  ]);
}
/** Now and then so many that a gateway takes them for none. */
function manyMore(next: Next, pairs: Pair[]): Pair[] {
  if (next(3_000) > 0) return pairs;
  if (next(2) === 0) return [...pairs, ...Array.from({ length: 1016 + next(10) }, () => ["x-a", ""])];
  return [...pairs, ...Array.from({ length: 17 }, () => ["x-a", "y".repeat(61_000 + next(1_500))])];
}
function encoded(pairs: readonly Pair[]): Buffer {
  const texts = pairs.map((pair) => pair.map((text) => Buffer.from(text)));
  const words = Buffer.alloc(4 + 8 * texts.length);
  words.writeUInt32LE(texts.length);
  for (const [i, text] of texts.flat().entries()) words.writeUInt32LE(text.length, 4 + 4 * i);
  return Buffer.concat([words, ...texts.flat().flatMap((text) => [text, Buffer.of(0)])]);
}
function damaged(next: Next, map: Buffer): Buffer {
  const copy = Buffer.from(map);
  const word = () => 4 * next(Math.max(1, Math.min(copy.length >> 2, 9)));
  const numbers = [
    0, 1, 2, 0x1f_ff_ff_ff, 0x20_00_00_00, 0x7f_ff_ff_ff, 0x80_00_00_00, 0xff_ff_ff_fc, 0xff_ff_ff_fe,
    0xff_ff_ff_ff,
  ];
  switch (next(8)) {
    case 0:
      return copy.subarray(0, next(copy.length + 1));
    case 1:
      copy.writeUInt32LE(numbers[next(numbers.length)]!, 0);
      return copy;
    case 2:
      copy.writeUInt32LE(numbers[next(numbers.length)]!, word());
      if (next(2) === 0) copy.writeUInt32LE(numbers[next(numbers.length)]!, word());
      return copy;
    case 3: {
      const at = word();
      copy.writeUInt32LE((copy.readUInt32LE(at) + 2 ** 32 + next(5) - 2) % 2 ** 32, at);
      return copy;
    }
    case 4:
      copy[next(copy.length)] = next(256);
      return copy;
    case 5:
      return Buffer.from(Array.from({ length: next(40) }, () => next(next(2) === 0 ? 4 : 256)));
    default:
      return copy;
  }
}
/** The pairs, as latin1, up to the first that does not lie within the map; what stands between texts is not looked at. */
function pairsOf(map: Buffer): Pair[] {
  const count = map.length < 4 ? 0 : map.readUInt32LE();
  let at = 4 + 8 * count;
  const pairs: Pair[] = [];
  for (let i = 0; i < count && at <= map.length; i++) {
    const [name, value] = [map.readUInt32LE(4 + 8 * i), map.readUInt32LE(8 + 8 * i)];
    const end = at + name + value + 2;
    if (end > map.length) break;
    pairs.push([map.toString("latin1", at, at + name), map.toString("latin1", at + name + 1, end - 1)]);
    at = end;
  }
  return pairs;
}
