import { chunked } from "../../raw-client.ts";
import { last, request, type WireListener } from "../wire-case.ts";

const close = "connection: close";

const STATUSES = Array.from({ length: 400 }, (_, index) => 200 + index);

export const HTTP1: readonly WireListener[] = [
  {
    name: "http1",
    cases: [
      { title: "a GET", send: last("GET /") },
      {
        title: "header names in any case, repeated, with blanks",
        send: last("GET /a?b=c#d", ["X-Two:  one  ", "x-two: two", "X-Empty:", "cookie: a=1", "cookie: b=2"]),
      },
      { title: "a POST with content-length", send: last("POST /p", ["content-length: 5"], "hello") },
      { title: "a POST with content-length 0", send: last("POST /p", ["content-length: 0"]) },
      { title: "a POST without framing", send: last("POST /p") },
      {
        title: "a chunked POST",
        send: last("POST /p", ["transfer-encoding: chunked"], chunked(["hello", " world"])),
      },
      {
        title: "a chunked POST with an extension and capital hex",
        send: last("POST /p", ["transfer-encoding: chunked"], "A;x=y\r\n0123456789\r\n0\r\n\r\n"),
      },
      {
        title: "a chunked POST with trailers that are not enabled",
        send: last("POST /p", ["transfer-encoding: chunked"], chunked(["hello"], { "x-t": "1" })),
      },
      { title: "HEAD", send: last("HEAD /"), answer: () => "HTTP/1.1 200 OK\r\ncontent-length: 8\r\n\r\n" },
      { title: "OPTIONS *", send: last("OPTIONS *") },
      {
        title: "PUT, DELETE and a made-up method",
        send: request("PUT /1", ["content-length: 1"], "x") + request("DELETE /2") + last("BREW /3"),
      },
      { title: "three pipelined requests", send: request("GET /1") + request("GET /2") + last("GET /3") },
      {
        title: "keep-alive, one after the other",
        send: [request("GET /1"), { after: /upstream/, send: last("GET /2") }],
      },
      { title: "a request in single bytes", send: last("GET /slow") },
      { title: "blank lines before a request", send: `\r\n\r\n${last("GET /")}` },
      { title: "bare line feeds", send: "GET / HTTP/1.1\nhost: a\nconnection: close\n\n" },
      { title: "an absolute URI", send: last("GET http://other.test:81/x?y") },
      { title: "an absolute URI without a path", send: last("GET http://other.test") },
      { title: "an absolute https URI", send: last("GET https://other.test/x") },
      {
        title: "expect: 100-continue",
        send: last("POST /", ["expect: 100-continue", "content-length: 2"], "ok"),
      },
      { title: "another expectation", send: last("POST /", ["expect: tea", "content-length: 2"], "ok") },
      {
        title: "hop-by-hop headers",
        send: last("GET /", ["keep-alive: 5", "proxy-connection: x", "te: trailers", "x-a: 1"]),
      },
      {
        title: "headers that connection names",
        send: request("GET /", ["connection: close, x-hop", "x-hop: 1", "x-stay: 2"]),
      },
      {
        title: "a te that connection names",
        send: request("GET /", ["connection: te, close", "te: gzip, trailers"]),
      },
      {
        title: "an upgrade that is not configured",
        send: request("GET /", ["connection: upgrade", "upgrade: websocket"]),
      },
      {
        title: "an upgrade to h2c",
        send: request("GET /", [
          "connection: upgrade, http2-settings, close",
          "upgrade: h2c",
          "http2-settings: AAMAAABkAAQCAAAAAAIAAAAA",
        ]),
      },
      { title: "CONNECT", send: last("CONNECT other.test:80", ["host: other.test:80"]) },
      { title: "TRACE", send: last("TRACE /") },
      { title: "HTTP/1.0", send: "GET / HTTP/1.0\r\nhost: a\r\n\r\n" },
      { title: "HTTP/1.2", send: `GET / HTTP/1.2\r\nhost: a\r\n${close}\r\n\r\n` },
      { title: "no host", send: `GET / HTTP/1.1\r\n${close}\r\n\r\n` },
      { title: "an empty host", send: `GET / HTTP/1.1\r\nhost:\r\n${close}\r\n\r\n` },
      { title: "two hosts", send: `GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n${close}\r\n\r\n` },
      { title: "a host with odd characters", send: `GET / HTTP/1.1\r\nhost: a b\r\n${close}\r\n\r\n` },
      { title: "no version", send: `GET /\r\nhost: a\r\n\r\n` },
      { title: "a lower-case version", send: `GET / http/1.1\r\nhost: a\r\n\r\n` },
      { title: "a blank in the target", send: last("GET /a b") },
      { title: "a target without a slash", send: last("GET nothing") },
      { title: "a header name with a blank", send: last("GET /", ["x bad: 1"]) },
      { title: "a blank before the colon", send: last("GET /", ["x-bad : 1"]) },
      { title: "an empty header name", send: last("GET /", [": 1"]) },
      { title: "a line without a colon", send: last("GET /", ["nonsense"]) },
      { title: "a folded header", send: last("GET /", ["x-a: 1\r\n 2"]) },
      { title: "a NUL in a value", send: last("GET /", ["x-a: a\0b"]) },
      { title: "a CR in a value", send: last("GET /", ["x-a: a\rb"]) },
      { title: "a control character in a value", send: last("GET /", ["x-a: a\x01b"]) },
      { title: "high bytes in a value", send: last("GET /", ["x-a: caf\xe9"]) },
      { title: "a header name with an underscore", send: last("GET /", ["x_a: 1"]) },
      {
        title: "content-length and chunked",
        send: last("POST /", ["content-length: 5", "transfer-encoding: chunked"], "0\r\n\r\n"),
      },
      {
        title: "two different content-lengths",
        send: last("POST /", ["content-length: 5", "content-length: 6"], "hello"),
      },
      {
        title: "two equal content-lengths",
        send: last("POST /", ["content-length: 5", "content-length: 5"], "hello"),
      },
      { title: "a list of equal content-lengths", send: last("POST /", ["content-length: 5, 5"], "hello") },
      { title: "a signed content-length", send: last("POST /", ["content-length: +5"], "hello") },
      {
        title: "a content-length that is no number",
        send: last("POST /", ["content-length: five"], "hello"),
      },
      { title: "an empty content-length", send: last("POST /", ["content-length:"], "") },
      { title: "gzip, chunked", send: last("POST /", ["transfer-encoding: gzip, chunked"], "0\r\n\r\n") },
      {
        title: "chunked twice",
        send: last("POST /", ["transfer-encoding: chunked", "transfer-encoding: chunked"], "0\r\n\r\n"),
      },
      { title: "Chunked in capitals", send: last("POST /", ["transfer-encoding: CHUNKED"], "0\r\n\r\n") },
      { title: "identity", send: last("POST /", ["transfer-encoding: identity"]) },
      {
        title: "an unknown transfer coding",
        send: last("POST /", ["transfer-encoding: xchunked"], "0\r\n\r\n"),
      },
      {
        title: "a chunk size that is no number",
        send: last("POST /", ["transfer-encoding: chunked"], "zz\r\nhello\r\n0\r\n\r\n"),
      },
      {
        title: "a chunk that is longer than its size",
        send: last("POST /", ["transfer-encoding: chunked"], "3\r\nhello\r\n0\r\n\r\n"),
      },
      {
        title: "a chunk size of many digits",
        send: last("POST /", ["transfer-encoding: chunked"], "fffffffffffffffff\r\nhello\r\n0\r\n\r\n"),
      },
      { title: "a GET with a body", send: last("GET /", ["content-length: 3"], "abc") },
      { title: "a chunked GET", send: last("GET /", ["transfer-encoding: chunked"], chunked(["abc"])) },
      { title: "rubbish", send: "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n" },
      { title: "rubbish behind a good request", send: `${request("GET /")}rubbish\r\n\r\n` },
      {
        title: "101 headers",
        send: last(
          "GET /",
          Array.from({ length: 101 }, (_, i) => `x-${i}: 1`),
        ),
      },
      { title: "headers of 61 KiB", send: last("GET /", [`x-a: ${"a".repeat(61 * 1024)}`]) },
      { title: "headers of 59 KiB", send: last("GET /", [`x-a: ${"a".repeat(59 * 1024)}`]) },
      { title: "a target of 61 KiB", send: last(`GET /${"a".repeat(61 * 1024)}`) },
      {
        title: "a client that leaves",
        send: [request("POST /leaves", ["content-length: 5"], "he"), { after: /^/, abort: true }],
        logLines: 1,
      },
      {
        title: "a client's x-forwarded headers",
        send: last("GET /", [
          "x-forwarded-for: 1.2.3.4",
          "x-forwarded-proto: https",
          "x-request-id: mine",
          "x-envoy-internal: true",
          "x-envoy-original-path: /x",
          "x-forwarded-host: h",
        ]),
      },
      {
        title: "a client's x-envoy headers",
        send: last("GET /", [
          "x-envoy-upstream-rq-timeout-ms: 100",
          "x-envoy-retry-on: 5xx",
          "x-envoy-max-retries: 2",
          "x-envoy-expected-rq-timeout-ms: 5",
          "x-envoy-external-address: 9.9.9.9",
          "x-envoy-attempt-count: 3",
        ]),
      },
    ],
  },
  {
    name: "responses",
    cases: [
      {
        title: "the reasons of all statuses",
        send: STATUSES.map((status) => request(`GET /${status}`)).join("") + last("GET /200"),
        answer: ({ startLine }) => `HTTP/1.1 ${startLine.slice(5, 8)} Mine\r\ncontent-length: 0\r\n\r\n`,
      },
      {
        title: "chunked",
        send: last("GET /"),
        answer: () => `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunked(["hello", " world"])}`,
      },
      {
        title: "chunked with trailers that are not enabled",
        send: last("GET /"),
        answer: () =>
          `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunked(["hello"], { "x-t": "1" })}`,
      },
      {
        title: "names in any case, repeated",
        send: last("GET /"),
        answer: () =>
          "HTTP/1.1 200 Fine\r\nX-Two: 1\r\nx-two: 2\r\nSet-Cookie: a\r\nset-cookie: b\r\nContent-Length: 0\r\n\r\n",
      },
      {
        title: "a server and a date",
        send: last("GET /"),
        answer: () =>
          "HTTP/1.1 200 OK\r\nserver: mine\r\ndate: Tue, 01 Jan 2030 00:00:00 GMT\r\nvia: x\r\ncontent-length: 0\r\n\r\n",
      },
      {
        title: "hop-by-hop headers",
        send: last("GET /"),
        answer: () =>
          "HTTP/1.1 200 OK\r\nkeep-alive: 5\r\nproxy-connection: x\r\nupgrade: y\r\nconnection: x-hop\r\nx-hop: 1\r\ncontent-length: 0\r\n\r\n",
      },
      { title: "204", send: last("GET /"), answer: () => "HTTP/1.1 204 No Content\r\n\r\n" },
      {
        title: "304 with a content-length",
        send: last("GET /"),
        answer: () => "HTTP/1.1 304 Not Modified\r\ncontent-length: 5\r\n\r\n",
      },
      {
        title: "an empty 200",
        send: last("GET /"),
        answer: () => "HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n",
      },
      {
        title: "an unknown status",
        send: last("GET /"),
        answer: () => "HTTP/1.1 299 Odd\r\ncontent-length: 0\r\n\r\n",
      },
      {
        title: "status 600",
        send: last("GET /"),
        answer: () => "HTTP/1.1 600 Odd\r\ncontent-length: 0\r\n\r\n",
      },
      {
        title: "100 before 200",
        send: last("GET /"),
        answer: () => "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
      },
      {
        title: "103 before 200",
        send: last("GET /"),
        answer: () =>
          "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
      },
      {
        title: "content-length and chunked",
        send: last("GET /"),
        answer: () => "HTTP/1.1 200 OK\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
      },
      { title: "rubbish", send: last("GET /"), answer: () => "rubbish\r\n\r\n" },
      {
        title: "HEAD of a chunked resource",
        send: last("HEAD /"),
        answer: () => "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
      },
      { title: "HEAD without framing", send: last("HEAD /"), answer: () => "HTTP/1.1 200 OK\r\n\r\n" },
    ],
  },
];
