import { isIPv4, isIPv6 } from "node:net";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { DEBUG, RELEASE } from "../compile.ts";
import { feeder, random } from "./guest.ts";

// An input's first byte chooses the library; the rest is a list of texts with 0x1e between them.
const BODY = `
  const parts = input.slice(1).text().split("\\u001e");
  const text = parts[0], a = parts.length > 1 ? parts[1] : "", b = parts.length > 2 ? parts[2] : "";
  switch (input.at(0)) {
    case 0: { const c = Cookies.parse(text); const v = c.get(a); out.text(v != null ? "=" + v : "-").text("|" + c.names().join(",")); break; }
    case 1: { const c = Cookies.parse(text); out.byte(c.set(a, b) ? 49 : 48).text(c.toString()); break; }
    case 2: { const q = Query.parse(text), e = q.entries(); for (let i = 0; i < e.length; i++) out.text(e[i][0] + "=" + e[i][1] + "\\n");
              out.text(q.getAll(a).join("&") + "|" + q.toString()); break; }
    case 3: { const q = Query.parse(text); q.delete(a); q.set(b, a); out.text(q.toString()); break; }
    case 4: { const u = Url.split(text), q = u.query, f = u.fragment, h = u.authority;
              out.text([u.scheme, h != null ? "//" + h : "", u.path, q != null ? "?" + q : "", f != null ? "#" + f : "", u.toString()].join("\\n")); break; }
    case 5: { const v = addressOf(text); out.text(v != null ? v : "-"); break; }
    case 6: { const v = forwardedFor(text, <i32>parseInt(a)); out.text(v != null ? v : "-"); break; }
    case 7: { const p = Pattern.compile(text, b == "i");
              if (!p) out.text("refused " + Pattern.problem);
              else { let at = 0; while (at <= a.length && p.find(a, at)) { out.text(p.start.toString() + "-" + p.end.toString() + " "); at = p.end > p.start ? p.end : p.end + 1; } out.byte(p.test(a) ? 49 : 48); } break; }
    case 8: { const reader = new EventReader(); let cut = 0; const bytes = input.slice(2), size = input.at(1);
              while (true) { const last = cut + size >= bytes.length; reader.push(bytes.slice(cut, cut + size), last); cut += size;
                for (let e = reader.next(); e; e = reader.next()) { const d = e.data, id = e.id;
                  if (e.complete) out.text("[" + e.name + "|" + (d != null ? d : "-") + "|" + (id != null ? id : "-") + "|" + e.retry.toString() + "]"); out.byte(30).bytes(e.raw).byte(31); }
                if (last) break; } break; }
    case 9: { const replacer = new StreamReplacer(a, b); const bytes = Bytes.of(text); const size = input.length % 5 + 1;
              for (let at = 0; ; at += size) { const last = at + size >= bytes.length; out.bytes(replacer.push(bytes.slice(at, at + size), last)); if (last) break; } break; }
  }`;
const IMPORTS = "Cookies, EventReader, Pattern, Query, StreamReplacer, Url, addressOf, forwardedFor";
type Next = (below: number) => number;

describe.for([
  ["release", RELEASE, 100_000],
  ["debug", DEBUG, 3_000],
] as const)("parsers against models (%s)", ([, flags, count]) => {
  const feed = feeder(IMPORTS, BODY, [...flags]);
  const compare = async (
    mode: number,
    make: (next: Next) => string,
    oracle: (...parts: string[]) => string,
  ) => {
    const next = random(1_000 + mode);
    const inputs = Array.from({ length: count }, () => make(next));
    const outputs = await feed(inputs.map((input) => Buffer.concat([Buffer.of(mode), Buffer.from(input)])));
    expect(outputs.length).toBe(count);
    for (const [i, input] of inputs.entries()) {
      const wanted = oracle(...input.split("\x1e"));
      if (outputs[i]!.toString() !== wanted) expect([input, outputs[i]!.toString()]).toEqual([input, wanted]);
    }
  };
  const text = (next: Next, alphabet: string, longest: number) => {
    const letters = [...alphabet];
    return Array.from({ length: next(longest) }, () => letters[next(letters.length)]).join("");
  };
  const list = (...parts: string[]) => parts.join("\x1e");

  test("cookies are found, and edits leave the others alone", async () => {
    const header = (next: Next) => text(next, 'aabb==;;; \t"c\u00e9', 16);
    const split = (cookies: string) =>
      cookies
        .split(";")
        .map(trim)
        .filter((part) => part !== "");
    const nameOf = (part: string) =>
      part.includes("=") ? trim(part.slice(0, part.indexOf("="))) : undefined;
    await compare(
      0,
      (next) => list(header(next), text(next, "ab", 3)),
      (cookies, name) => {
        const found = split(cookies!).find((part) => nameOf(part) === name);
        const value = found === undefined ? "-" : `=${trim(found.slice(found.indexOf("=") + 1))}`;
        return `${value}|${split(cookies!)
          .map(nameOf)
          .filter((part) => part !== undefined)
          .join(",")}`;
      },
    );
    await compare(
      1,
      (next) => list(header(next), text(next, "ab", 3), text(next, 'xy;" ', 3)),
      (cookies, name, value) => {
        const parts = split(cookies!);
        if (name === "" || !/^(?:[xy]*|"[xy]*")$/.test(value!)) return `0${parts.join("; ")}`;
        const first = parts.findIndex((part) => nameOf(part) === name);
        const kept = parts.flatMap((part, i) =>
          nameOf(part) !== name ? [part] : i === first ? [`${name}=${value}`] : [],
        );
        return `1${(first < 0 ? [...kept, `${name}=${value}`] : kept).join("; ")}`;
      },
    );
  });
  test("queries are read as URLSearchParams reads them, and edits leave the rest as written", async () => {
    const query = (next: Next) => text(next, "aabb==&&&+%%4162c", 16);
    await compare(
      2,
      (next) => list(query(next), text(next, "ab A", 3)),
      (written, name) => {
        const params = new URLSearchParams(`&${written}`);
        return `${[...params].map(([key, value]) => `${key}=${value}\n`).join("")}${params.getAll(name!).join("&")}|${written}`;
      },
    );
    await compare(
      3,
      (next) => list(query(next), text(next, "ab A", 3), text(next, "ab", 2)),
      (written, gone, set) => {
        const named = (part: string) => [...new URLSearchParams(`&${part}`)][0]?.[0];
        let parts = written === "" ? [] : written!.split("&").filter((part) => named(part) !== gone);
        const pair = `${set}=${encodeURIComponent(gone!)}`;
        const first = parts.findIndex((part) => named(part) === set);
        parts = parts.flatMap((part, i) => (named(part) !== set ? [part] : i === first ? [pair] : []));
        return (first < 0 ? [...parts, pair] : parts).join("&");
      },
    );
  });
  test("URLs are split as RFC 3986 splits them, and joined to what they were", () =>
    compare(
      4,
      (next) => text(next, "ab:://??##@[].%5", 16),
      (written) => {
        const [, scheme = "", authority = "", path, query = "", fragment = ""] =
          /^(?:([^:/?#]+):)?(\/\/[^/?#]*)?([^?#]*)(\?[^#]*)?(#[\s\S]*)?/.exec(written!)!;
        return [scheme, authority, path, query, fragment, written].join("\n");
      },
    ));
  test("addresses are those that Node takes for one", async () => {
    const address = (next: Next) => text(next, next(2) === 0 ? "0129..::" : "::::12af0.", 18);
    await compare(5, address, (written) => addressOf(written!) ?? "-");
    const known = (next: Next) =>
      ["1.2.3.4", "::1", "[fe80::1]:80", "10.0.0.1:99", "unknown", "", "1.2.3", " 5.6.7.8 "][next(8)]!;
    await compare(
      6,
      (next) => list(Array.from({ length: next(4) }, () => known(next)).join(","), String(next(5))),
      (header, hops) =>
        addressOf((hops !== "0" && header!.split(",").at(-Number(hops))?.trim()) || "") ?? "-",
    );
  });
  test("patterns find what RegExp finds", () =>
    compare(
      7,
      (next) => list(pattern(next, 2), text(next, "aabbc1_ -\nAB", 12), next(4) === 0 ? "i" : ""),
      (source, subject, flag) => {
        const found = [...subject!.matchAll(new RegExp(source!, `g${flag}`))];
        return `${found.map((match) => `${match.index}-${match.index + match[0].length} `).join("")}${found.length > 0 ? 1 : 0}`;
      },
    ));
  test("events do not depend on where chunks begin, and their bytes are the stream's", async () => {
    const next = random(8);
    const words = [
      "data",
      "data:",
      "data: a",
      "event: x",
      "id: 1",
      "retry: 50",
      ":",
      "other: y",
      "\u00e9",
      "data:b",
    ];
    const breaks = ["\n", "\r", "\r\n", "\n\n", "\r\r", "\r\n\r\n"];
    const streams = Array.from({ length: count }, () => {
      const parts = Array.from(
        { length: next(10) },
        () => words[next(words.length)]! + breaks[next(breaks.length)]!,
      );
      return (next(9) === 0 ? "\ufeff" : "") + parts.join("") + (next(4) === 0 ? "data: cut" : "");
    });
    const outputs = await feed(
      streams.map((stream, i) => Buffer.concat([Buffer.of(8, 1 + (i % 7)), Buffer.from(stream)])),
    );
    for (const [i, stream] of streams.entries()) {
      const output = outputs[i]!.toString();
      const seen = [
        [...output.matchAll(/\[(?:(?!\x1e)[\s\S])*\](?=\x1e)/g)]
          .map(([event]) => event)
          .filter((event) => !/^\[[^|]*\|-\|/.test(event)),
        [...output.matchAll(/\x1e([^\x1f]*)\x1f/g)].map(([, raw]) => raw).join(""),
      ];
      const wanted = [eventsOf(stream), stream];
      if (JSON.stringify(seen) !== JSON.stringify(wanted))
        expect([stream, i % 7, ...seen]).toEqual([stream, i % 7, ...wanted]);
    }
  });
  test("texts are replaced across the borders of chunks", () =>
    compare(
      9,
      (next) => list(text(next, "aabb\u00e9", 20), text(next, "ab\u00e9", 5), text(next, "xa", 3)),
      (body, from, to) => (from === "" ? body! : body!.replaceAll(from!, to!)),
    ));

  test("patterns that are none are refused with their place", async () => {
    const sources = [
      "(",
      ")",
      "[a",
      "*",
      "a**",
      "a{2,1}",
      "a{1001}",
      "(?=a)",
      "(?<n>a)",
      String.raw`\1`,
      String.raw`\q`,
      "[b-a]",
      "(".repeat(40),
      "(?:a{900}){900}",
    ];
    const outputs = await feed(
      sources.map((source) => Buffer.concat([Buffer.of(7), Buffer.from(`${source}\x1ea`)])),
    );
    expect(outputs.map(String).filter((output) => !/^refused at \d+: \S/.test(output))).toEqual([]);
  });
  test("a pattern that makes others take for ever takes linear time", async () => {
    const hard = [
      `(a+)+$\x1e${"a".repeat(20_000)}b`,
      `(a|a)*b\x1e${"a".repeat(20_000)}`,
      `(?:a?){500}a{500}\x1e${"a".repeat(500)}`,
    ];
    const outputs = await feed(hard.map((one) => Buffer.concat([Buffer.of(7), Buffer.from(one)])));
    expect(outputs.map(String)).toEqual(["0", "0", "0-500 1"]);
  });
});

const trim = (written: string) => written.replace(/^[ \t]+|[ \t]+$/g, "");
function addressOf(written: string): string | undefined {
  const [, inner] = /^\[([^\]]*)\](?::\d{1,5})?$/.exec(written) ?? [];
  if (inner !== undefined) return isIPv6(inner) ? inner : undefined;
  if (isIPv6(written)) return written;
  const host = written.replace(/:\d{1,5}$/, "");
  return isIPv4(host) ? host : undefined;
}
/** A random pattern without loops over what may be empty, in which JavaScript has a rule of its own. */
function pattern(next: Next, depth: number): string {
  const leaf = () =>
    [
      "a",
      "b",
      "c",
      ".",
      "[ab]",
      "[^a]",
      String.raw`\d`,
      String.raw`\w`,
      String.raw`\s`,
      String.raw`\W`,
      "[A-Z1]",
      String.raw`[\d_]`,
    ][next(12)]!;
  const one = (levels: number): string => {
    if (levels === 0 || next(3) > 0) return leaf();
    const options = Array.from(
      { length: 1 + next(3) },
      () => one(levels - 1) + (next(2) === 0 ? one(levels - 1) : ""),
    );
    return `(${next(2) === 0 ? "?:" : ""}${options.join("|")})`;
  };
  const piece = () =>
    one(depth) +
    ["", "", "*", "+", "?", "*?", "+?", "??", "{2}", "{1,2}", "{0,2}", "{2,}", "{0,1}?"][next(13)]!;
  const anchor = (options: string[]) => options[next(options.length)]!;
  const body = Array.from({ length: 1 + next(3) }, piece).join(
    anchor(["", "", "", String.raw`\b`, String.raw`\B`]),
  );
  return `${anchor(["", "", "", "^", String.raw`\b`])}${body}${next(5) === 0 ? `|${piece()}` : ""}${anchor(["", "", "", "$"])}`;
}
/** What a browser dispatches, by the letter of the standard. */
function eventsOf(stream: string): string[] {
  const lines = stream.replace(/^\ufeff/, "").split(/\r\n|\r|\n/);
  const events: string[] = [];
  let name = "";
  let data: string[] = [];
  let id = "-";
  let retry = "-1";
  for (const line of lines.slice(0, -1)) {
    if (line === "") {
      if (data.length > 0) events.push(`[${name}|${data.join("\n")}|${id}|${retry}]`);
      [name, data, id, retry] = ["", [], "-", "-1"];
      continue;
    }
    const [, field, value = ""] = /^([^:]*)(?:: ?([\s\S]*))?$/.exec(line)!;
    if (field === "data") data.push(value);
    if (field === "event") name = value;
    if (field === "id") id = value;
    if (field === "retry" && /^\d+$/.test(value)) retry = value;
  }
  return events;
}
