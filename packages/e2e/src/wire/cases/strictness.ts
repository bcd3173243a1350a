import { last, type WireListener } from "../wire-case.ts";

const CHUNKS = "3\r\nabc\r\n0\r\n\r\n";
const TARGETS =
  "* /\xe9 /a?\xe9 ftp://a/ ws://a/ HTTP://a/ http:// http:///a http://u@a/b http://u:p@a/b http://a?b http://a#b http://a: http://a:0/ http://a:65535/ http://a:65536/ http://a:8b/ http://[::1]:80/ http://[::1/";
const CHUNKED_BODIES = [
  "3\nabc\r\n0\r\n\r\n",
  "3;x\nabc\r\n0\r\n\r\n",
  "3 \nabc\r\n0\r\n\r\n",
  "3\r\nabc\n0\r\n\r\n",
  "3\r\nabc\r\n0\n\r\n",
  "3\r\nabc\r\n0\r\n\n",
  "0\n\n",
];
const RESPONSES = [
  `200 OK\r\ntransfer-encoding: gzip, chunked\r\n\r\n${CHUNKS}`,
  `200 OK\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n${CHUNKS}`,
  `200 OK\r\ntransfer-encoding: Chunked\r\n\r\n${CHUNKS}`,
  "200 OK\r\ntransfer-encoding: identity\r\n\r\nabc",
  "200 OK\r\ntransfer-encoding:\r\n\r\nabc",
  "200 OK\r\ncontent-length: 3\r\n\r\nabcdef",
  "204 No Content\r\ncontent-length: 3\r\n\r\nabc",
  "204 No Content\r\ncontent-length: 0\r\n\r\n",
  `204 No Content\r\ntransfer-encoding: chunked\r\n\r\n${CHUNKS}`,
  "304 Not Modified\r\ntransfer-encoding: gzip\r\n\r\n",
  "304 Not Modified\r\ntransfer-encoding: chunked\r\n\r\n",
  `101 Switching Protocols\r\ntransfer-encoding: chunked\r\n\r\n${CHUNKS}`,
  "099 Odd\r\ncontent-length: 3\r\n\r\nabc",
];

/** What codecs differ in: how much they take for HTTP. */
export const STRICTNESS: readonly WireListener[] = [
  {
    name: "strictness of requests",
    cases: [
      ...TARGETS.split(" ").map((target) => ({
        title: `GET ${encodeURI(target)}`,
        send: last(`GET ${target}`),
      })),
      {
        title: "blanks in a request line",
        send: "GET  /  HTTP/1.1 \t\r\nhost: a\r\nconnection: close\r\n\r\n",
      },
      ...CHUNKED_BODIES.map((body) => ({
        title: `chunks ${JSON.stringify(body)}`,
        send: last("POST /", ["transfer-encoding: chunked"], body),
      })),
    ],
  },
  {
    name: "strictness of responses",
    cases: RESPONSES.map((text) => ({
      title: JSON.stringify(text),
      send: last("GET /"),
      answer: () => `HTTP/1.1 ${text}`,
    })),
  },
];
