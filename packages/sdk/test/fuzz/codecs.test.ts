import { createHash, createHmac } from "node:crypto";
import { crc32, deflateRawSync, gzipSync } from "node:zlib";
import { describe, expect, test } from "@gateway-plugins/test-host/vitest";
import { DEBUG, RELEASE } from "../compile.ts";
import { feeder, random } from "./guest.ts";

// An input's first byte chooses the library; the rest is its data.
const BODY = `
  const data = input.slice(1), text = data.text();
  switch (input.at(0)) {
    case 0: out.text(base64.encode(data)).byte(32).text(base64url.encode(data)).byte(32).text(hex.encode(data)); break;
    case 1: { const b = base64.decode(text); if (b) out.byte(1).bytes(b); break; }
    case 2: { const b = base64url.decode(text); if (b) out.byte(1).bytes(b); break; }
    case 3: { const b = hex.decode(text); if (b) out.byte(1).bytes(b); break; }
    case 4: out.text(percent.encode(text)); break;
    case 5: out.text(percent.decode(text)); break;
    case 6: out.text(percent.decode(text, true)); break;
    case 7: out.bytes(crypto.sha256(data)).bytes(crypto.sha1(data)).bytes(crypto.md5(data)); break;
    case 8: { const n = data.at(0); out.bytes(crypto.hmacSha256(data.slice(1, n + 1), data.slice(n + 1))); break; }
    case 9: out.byte(crypto.safeEquals(data.slice(0, data.length / 2), data.slice(data.length / 2)) ? 1 : 0); break;
    case 10: { const ms = load<i64>(data.pointer); out.text(utc.rfc3339(ms)).byte(124).text(utc.httpDate(ms)); break; }
    case 11: out.text(utc.parseRfc3339(text).toString()); break;
    case 12: out.text(utc.parseHttpDate(text).toString()); break;
    case 13: { const r = gunzip(data, 100000); out.byte(r.ok ? 1 : r.tooLarge ? 2 : 0).bytes(r.bytes); break; }
    case 14: { const r = gunzip(data.slice(1), <i8>data.at(0)); out.byte(r.ok ? 1 : r.tooLarge ? 2 : 0).bytes(r.bytes); break; }
  }`;
const IMPORTS = "base64, base64url, crypto, gunzip, hex, percent, utc";
const INVALID = (-(2n ** 63n)).toString();

describe.for([
  ["release", RELEASE, 100_000],
  ["debug", DEBUG, 3_000],
] as const)("codecs against Node's own (%s)", ([, flags, count]) => {
  const feed = feeder(IMPORTS, BODY, [...flags]);
  const run = (mode: number, inputs: readonly Uint8Array[]) =>
    feed(inputs.map((input) => Buffer.concat([Buffer.of(mode), input])));
  const compare = async (
    mode: number,
    inputs: readonly Buffer[],
    oracle: (input: Buffer) => string | Buffer,
  ) => {
    const outputs = await run(mode, inputs);
    expect(outputs.length).toBe(inputs.length);
    for (const [i, input] of inputs.entries()) {
      const wanted = Buffer.from(oracle(input));
      if (!outputs[i]!.equals(wanted))
        expect([input.toString("latin1"), outputs[i]!.toString("latin1")]).toEqual([
          input.toString("latin1"),
          wanted.toString("latin1"),
        ]);
    }
  };
  const some = (seed: number, make: (next: (below: number) => number) => Buffer, n: number = count) => {
    const next = random(seed);
    return Array.from({ length: n }, () => make(next));
  };
  const bytes = (next: (below: number) => number, longest: number) =>
    Buffer.from(Array.from({ length: next(longest) }, () => next(256)));
  const letters = (alphabet: string, longest: number) => (next: (below: number) => number) =>
    Buffer.from(
      Array.from({ length: next(longest) }, () => [...alphabet][next([...alphabet].length)]).join(""),
    );

  test("base64, base64url and hex are written as Node writes them", () =>
    compare(
      0,
      some(1, (next) => bytes(next, 40)),
      (input) => [input.toString("base64"), input.toString("base64url"), input.toString("hex")].join(" "),
    ));
  test.for([
    [1, "base64", "ABCDabcd019+/=="],
    [2, "base64url", "ABCDabcd019-_=="],
    [3, "hex", "0123456789abcdefABCDEF0123456789ag"],
  ] as const)("the reader %i (%s) accepts one spelling of each value", ([mode, encoding, alphabet]) =>
    compare(mode, some(mode, letters(alphabet, 12)), (input) => {
      const text = input.toString();
      const value = Buffer.from(text, encoding);
      const plain = text.replace(/={1,2}$/, "");
      const legal =
        encoding === "hex"
          ? value.toString("hex") === text.toLowerCase()
          : value.toString(encoding).replace(/=+$/, "") === plain &&
            (text === plain || text.length % 4 === 0);
      return legal ? Buffer.concat([Buffer.of(1), value]) : "";
    }),
  );
  test("percent coding is that of encodeURIComponent, and decoding never fails", async () => {
    await compare(4, some(4, letters("az09-._~!*'() %&=+/?\u00e9\u4e2d\u{1f600}", 12)), (input) =>
      encodeURIComponent(input.toString()).replace(
        /[!*'()]/g,
        (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
      ),
    );
    await compare(
      4,
      some(14, (next) => bytes(next, 12)),
      (input) =>
        input.toString("latin1").replace(/[^\w.~-]/g, (c) => `%${hex(c.charCodeAt(0)).toUpperCase()}`),
    );
    for (const mode of [5, 6])
      await compare(mode, some(mode, letters("%%%%2041aFcC3g+\u00e9", 14)), (input) =>
        decodeBytes(input, mode === 6),
      );
  });
  test("digests are right", async () => {
    await compare(
      7,
      some(7, (next) => bytes(next, 200)),
      (input) =>
        Buffer.concat(["sha256", "sha1", "md5"].map((name) => createHash(name).update(input).digest())),
    );
    await compare(
      8,
      some(8, (next) => bytes(next, 200)),
      (input) => {
        const n = input.length ? input[0]! : 0;
        return createHmac("sha256", input.subarray(1, n + 1))
          .update(input.subarray(n + 1))
          .digest();
      },
    );
    const long = Buffer.alloc(300_000, "x");
    await compare(7, [long], () =>
      Buffer.concat(["sha256", "sha1", "md5"].map((name) => createHash(name).update(long).digest())),
    );
  });
  test("safeEquals says what equality says", () =>
    compare(9, some(9, letters("ab", 6)), (input) => {
      const half = Math.trunc(input.length / 2);
      return Buffer.of(input.subarray(0, half).equals(input.subarray(half)) ? 1 : 0);
    }));
  test("times are written as Date writes them", () =>
    compare(
      10,
      some(10, (next) => {
        const ms = Buffer.alloc(8);
        ms.writeBigInt64LE(
          -62_167_219_200_000n +
            (BigInt(next(2 ** 32)) * 315_569_520_000_000n) / 2n ** 32n +
            BigInt(next(1000)),
        );
        return ms;
      }),
      (input) => {
        const date = new Date(Math.min(Number(input.readBigInt64LE()), 253_402_300_799_999));
        return `${date.toISOString()}|${date.toUTCString()}`;
      },
    ));
  test("times are read as written, and nothing else is one", async () => {
    const mutate = (next: (below: number) => number, text: string) =>
      next(2) === 0
        ? text
        : text.slice(0, next(text.length)) +
          "0123456789:-+.TZ xGMTJan"[next(24)]! +
          text.slice(next(text.length));
    const at = (next: (below: number) => number) => new Date(next(2 ** 32) * 1000 - 2 ** 40 + next(1000));
    await compare(
      11,
      some(11, (next) => {
        const text = at(next).toISOString();
        const zone = ["Z", "z", "+01:30", "-23:59", "+24:00", "", "+0100"][next(7)]!;
        return Buffer.from(mutate(next, text.slice(0, [19, 21, 23, 20][next(4)]!) + zone));
      }),
      (input) => rfc3339(input.toString()),
    );
    await compare(
      12,
      some(12, (next) => Buffer.from(mutate(next, at(next).toUTCString()))),
      (input) => httpDate(input.toString()),
    );
  });
  test("gzip is decoded, and what is no gzip is refused", async () => {
    const next = random(13);
    const plain = Array.from({ length: Math.max(300, count / 20) }, () =>
      Buffer.from(letters("abcdefgh \n", 3_000)(next)),
    );
    const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255]);
    const packed = plain.map((text, i) => gzipSync(text, { level: i % 10, strategy: i % 5 }));
    const outputs = await run(13, packed);
    for (const [i, output] of outputs.entries())
      if (!output.subarray(1).equals(plain[i]!)) expect(i).toBe("decoded");
    const [two, cut, bomb] = await run(13, [
      Buffer.concat([packed[1]!, packed[2]!]),
      packed[3]!.subarray(0, -1),
      gzipSync(Buffer.alloc(100_001)),
    ]);
    expect(two!.subarray(1).equals(Buffer.concat([plain[1]!, plain[2]!]))).toBe(true);
    expect([cut![0], bomb![0]]).toEqual([0, 2]);
    // A member that reaches into the one before it, and a limit that nothing keeps.
    const word = Buffer.from("a word that comes again");
    const tail = Buffer.alloc(8);
    tail.writeUInt32LE(crc32(word));
    tail.writeUInt32LE(word.length, 4);
    const reaching = Buffer.concat([header, deflateRawSync(word, { dictionary: word }), tail]);
    const [alone, behind] = await run(13, [reaching, Buffer.concat([gzipSync(word), reaching])]);
    expect([alone![0], behind![0]]).toEqual([0, 0]);
    const limits = [-1, 0, word.length - 1, word.length];
    const limited = await run(
      14,
      limits.map((most) => Buffer.concat([Buffer.from([most & 255]), gzipSync(word)])),
    );
    expect(limited.map(([outcome]) => outcome)).toEqual([2, 2, 2, 1]);
    // Broken in one bit: either it stands for nothing, or the checksum of 32 bits tells.
    const broken = Array.from({ length: count }, (_, i) => {
      const copy = Buffer.from(packed[i % packed.length]!.subarray(0, 300));
      copy[10 + next(copy.length - 10)]! ^= 1 << next(8);
      return copy;
    });
    const passed = (await run(13, broken)).filter(
      (output, i) => output[0] === 1 && !output.subarray(1).equals(plain[i % plain.length]!),
    );
    expect(passed).toEqual([]);
    // The same behind a right header, so that the decoder itself meets garbage.
    const garbage = Array.from({ length: count }, () => Buffer.concat([header, bytes(next, 60)]));
    expect((await run(13, garbage)).filter((output) => output[0] === 1)).toEqual([]);
  });
});

const hex = (byte: number) => byte.toString(16).padStart(2, "0");
function decodeBytes(input: Buffer, plusIsSpace: boolean): Buffer {
  const binary = input
    .toString("latin1")
    .replace(/\+|%[\da-f]{2}/gi, (found) =>
      found === "+" ? (plusIsSpace ? " " : "+") : String.fromCharCode(Number.parseInt(found.slice(1), 16)),
    );
  return Buffer.from(binary, "latin1");
}
function rfc3339(text: string): string {
  const parts = /^(\d{4})-(\d\d)-(\d\d)[Tt ](\d\d):(\d\d):(\d\d)(\.\d+)?([Zz]|[+-](\d\d):(\d\d))$/.exec(text);
  if (!parts) return INVALID;
  const [, y, mo, d, h, mi, s, fraction = ".0", zone, zh = "0", zm = "0"] = parts;
  if (+zh > 23 || +zm > 59) return INVALID;
  const ms = exactDate(+y!, +mo! - 1, +d!, +h!, +mi!, +s!);
  if (ms === undefined) return INVALID;
  const sign = zone!.startsWith("-") ? 1 : -1;
  return String(ms + Number(fraction.slice(1, 4).padEnd(3, "0")) + sign * (+zh * 60 + +zm) * 60_000);
}
function httpDate(text: string): string {
  const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
  const parts =
    /^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun), (\d\d) ([A-Z][a-z]{2}) (\d{4}) (\d\d):(\d\d):(\d\d) GMT$/.exec(text);
  if (!parts || !months.includes(parts[2]!)) return INVALID;
  return String(
    exactDate(+parts[3]!, months.indexOf(parts[2]!), +parts[1]!, +parts[4]!, +parts[5]!, +parts[6]!) ??
      INVALID,
  );
}
function exactDate(
  y: number,
  month: number,
  d: number,
  h: number,
  mi: number,
  s: number,
): number | undefined {
  if (h > 23 || mi > 59 || s > 60) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(y, month, d);
  date.setUTCHours(h, mi, Math.min(s, 59));
  return date.getUTCDate() === d && date.getUTCMonth() === month ? date.getTime() : undefined;
}
