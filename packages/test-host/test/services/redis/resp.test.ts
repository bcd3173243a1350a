import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { RespParser } from "../../../src/services/redis/resp-parser.ts";
import { encodeResp, type RespValue } from "../../../src/services/redis/resp.ts";

const WIRE = Buffer.from(
  "+OK\r\n-ERR x\r\n:-9223372036854775808\r\n$4\r\n\r\n\xff\0\r\n$-1\r\n*-1\r\n*0\r\n*2\r\n*1\r\n:1\r\n$0\r\n\r\n",
  "latin1",
);

describe("the RESP2 parser", () => {
  it("reads the same values however the bytes are split, and writes them back", () => {
    const whole = new RespParser().push(WIRE).replies;
    expect(whole).toHaveLength(8);
    expect(Buffer.concat(whole.map(({ value }) => encodeResp(value as RespValue)))).toEqual(WIRE);
    for (let split = 0; split <= WIRE.length; split++) {
      const parser = new RespParser();
      const replies = [WIRE.subarray(0, split), WIRE.subarray(split)].flatMap(
        (part) => parser.push(part).replies,
      );
      expect(replies).toEqual(whole);
      expect(Buffer.concat(replies.map(({ raw }) => raw))).toEqual(WIRE);
    }
  });

  it.each([
    ":+1\r\n",
    ":01\r\n",
    ":9223372036854775808\r\n",
    "$-2\r\n",
    "$01\r\n",
    "$1\r\nab\r\n",
    "*x\r\n",
    "+a\nb\r\n",
    "+a\rb\r\n",
    "%1\r\n",
    "hello",
    "*1\r\n".repeat(33),
    "$999999999999\r\n",
  ])("refuses %j", (wire) => {
    expect(new RespParser().push(Buffer.from(wire))).toMatchObject({
      replies: [],
      problem: expect.any(String),
    });
  });

  it("never throws, whatever comes", () => {
    const piece = fc.oneof(
      fc.constantFrom("*2\r\n", "$3\r\n", "abc", "\r\n", ":1\r\n", "+", "-", "$-1\r\n", "\r", "\n"),
      fc.string(),
    );
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const parser = new RespParser();
        for (const text of pieces) parser.push(Buffer.from(text));
      }),
    );
  });
});
