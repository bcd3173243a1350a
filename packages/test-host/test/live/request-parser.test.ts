import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { ProtocolError } from "../../src/live/http1/protocol-error.ts";
import { RequestParser } from "../../src/live/http1/request-parser.ts";

const LIMITS = { headBytes: 60 * 1024, headFields: 100, http10: undefined };

/** What a parser makes of bytes that come in these pieces: bodies joined, an error at the end. */
function parse(pieces: readonly Buffer[]): string[] {
  const parser = new RequestParser(LIMITS);
  const seen: string[] = [];
  let body = "";
  try {
    for (const piece of pieces) {
      parser.push(piece);
      for (let part = parser.next(); part !== undefined; part = parser.next()) {
        if (part.kind === "data") {
          body += part.bytes.toString("latin1");
          continue;
        }
        if (body !== "") seen.push(`body ${body}`);
        body = "";
        seen.push(JSON.stringify(part));
      }
    }
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    if (body !== "") seen.push(`body ${body}`);
    return [...seen, `refused ${error.status} ${error.details}`];
  }
  return body === "" ? seen : [...seen, `body ${body}`];
}

const REQUESTS = [
  "GET / HTTP/1.1\r\nhost: a\r\nx-a: 1\r\n 2\r\n\r\n",
  "POST /b HTTP/1.1\r\nhost: a\r\ncontent-length: 5\r\n\r\nhello",
  "POST /c HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n5;x=y\r\nhello\r\nA\r\n0123456789\r\n0\r\nx-t: 1\r\n\r\n",
  "GET http://b/d HTTP/1.1\nhost: a\n\n",
  "GET /bad HTTP/1.1\r\nno colon\r\n\r\n",
  "POST /bad HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n",
  "GET /old HTTP/1.0\r\n\r\n",
];

describe("requests", () => {
  test("are read the same however their bytes are split", () => {
    const stream = fc.array(fc.constantFrom(...REQUESTS), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(stream, fc.array(fc.nat(400), { maxLength: 12 }), (requests, cuts) => {
        const bytes = Buffer.from(requests.join(""), "latin1");
        const places = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)), bytes.length].toSorted(
          (a, b) => a - b,
        );
        const pieces = places.slice(1).map((end, index) => bytes.subarray(places[index], end));
        expect(parse(pieces)).toEqual(parse([bytes]));
      }),
      { seed: 20_260_401, numRuns: 1000 },
    );
  });

  test("never make the parser throw anything but a refusal, whatever the bytes", () => {
    const word = fc.constantFrom(
      "GET ",
      "POST /",
      " HTTP/1.1\r\n",
      "host: a\r\n",
      "content-length: 3\r\n",
      "\r\n",
      "5\r\n",
      "transfer-encoding: chunked\r\n",
      "\0",
      ":",
      "\n",
      "\xff",
    );
    fc.assert(
      fc.property(fc.array(word, { maxLength: 30 }), (words) => {
        const bytes = Buffer.from(words.join(""), "latin1");
        expect(parse([...bytes].map((_, index) => bytes.subarray(index, index + 1)))).toEqual(parse([bytes]));
      }),
      { seed: 20_260_401, numRuns: 2000 },
    );
  });
});
