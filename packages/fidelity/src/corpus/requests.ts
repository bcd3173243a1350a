import type { Program, Request, Response, Scenario, Step } from "../scenario.ts";
import { call, one, reply, resume, SERVICE } from "./parts.ts";

const GRPC: Request = {
  method: "POST",
  headers: [
    ["content-type", "application/grpc"],
    ["te", "trailers"],
  ],
  body: "body",
};
const REQUESTS: Readonly<Record<string, { request: Request; answer?: Response }>> = {
  HEAD: { request: { method: "HEAD" } },
  OPTIONS: { request: { method: "OPTIONS" } },
  DELETE: { request: { method: "DELETE" } },
  "an unknown method": { request: { method: "BREW" } },
  "a POST with nothing": { request: { method: "POST", body: "" } },
  "gRPC over HTTP/1": { request: GRPC },
  "an upgrade nobody allows": {
    request: {
      headers: [
        ["upgrade", "websocket"],
        ["connection", "upgrade"],
      ],
    },
  },
  "expect: 100-continue": {
    request: { method: "POST", headers: [["expect", "100-continue"]], body: "body" },
  },
  "an absolute target": { request: { path: "http://absolute.test/path?x=1" } },
  "a target with a fragment": { request: { path: "/path?x=1#fragment" } },
  "a long path": { request: { path: `/${"a".repeat(3000)}` } },
  "an answer of 204": { request: {}, answer: { status: 204, body: "" } },
  "an answer of 304": { request: {}, answer: { status: 304, body: "" } },
  "an answer of 404": { request: {}, answer: { status: 404, body: "none" } },
  "103 before the answer": { request: {}, answer: { raw: "HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n" } },
  "100 before the answer": { request: {}, answer: { raw: "HTTP/1.1 100 Continue\r\n\r\n" } },
  "a refused upstream": { request: {} },
  "an upstream that closes": { request: {}, answer: { cut: "before" } },
  "an upstream that closes after the head": { request: {}, answer: { body: ["a", "b"], cut: "after-head" } },
  "an upstream that closes in the body": { request: {}, answer: { body: ["a", "b"], cut: 1 } },
  "an upstream that talks nonsense": { request: {}, answer: { raw: "nonsense\r\n\r\n", cut: "before" } },
};
const EDIT: Step[] = [["proxy_add_header_map_value", 0, "x-edit", "1"]];
const EDIT_BACK: Step[] = [["proxy_add_header_map_value", 2, "x-edit", "1"]];
const PLUGINS: Readonly<Record<string, Readonly<Record<string, Program>>>> = {
  "only watching": {},
  "editing both ways": { proxy_on_request_headers: EDIT, proxy_on_response_headers: EDIT_BACK },
  "answering itself": { proxy_on_request_headers: [reply(403)] },
  "answering for the upstream": { proxy_on_response_headers: [reply(403)] },
  "holding for a callout": {
    proxy_on_request_headers: [call(), ["return", 4]],
    proxy_on_http_call_response: resume(0),
  },
};

const LIMIT = 1000;
const LARGE = "x".repeat(3000);
const HOLD: Program = [
  ["if-end", ["return", 0]],
  ["return", 1],
];

/** Requests of every kind past plugins of every kind; and bodies larger than what may be held. */
export const requests: Scenario[] = [
  ...Object.entries(REQUESTS).flatMap(([title, { request, answer }]) =>
    Object.entries(PLUGINS).map(([what, callbacks]) =>
      one(`requests/${title}, ${what}`, callbacks, {
        requests: [request],
        upstream: title === "a refused upstream" ? "refused" : [answer ?? {}],
        clusters: SERVICE,
      }),
    ),
  ),
  ...[0, 1, 2, 3].map((status) =>
    one(
      `buffer limits/a request in one, held with ${status}`,
      {
        proxy_on_request_body: [
          ["if-end", ["return", 0]],
          ["return", status],
        ],
      },
      { requests: [{ method: "POST", body: LARGE }], bufferLimit: LIMIT },
    ),
  ),
  one(
    "buffer limits/a response in one, held",
    { proxy_on_response_body: HOLD },
    { upstream: [{ body: LARGE }], bufferLimit: LIMIT },
  ),
  one(
    "buffer limits/a request in one, behind paused headers",
    { proxy_on_request_headers: [call(), ["return", 4]], proxy_on_http_call_response: resume(0) },
    { requests: [{ method: "POST", body: LARGE }], bufferLimit: LIMIT, clusters: SERVICE },
  ),
  one(
    "buffer limits/a response in one, behind paused headers",
    { proxy_on_response_headers: [call(), ["return", 4]], proxy_on_http_call_response: resume(1) },
    { upstream: [{ body: LARGE }], bufferLimit: LIMIT, clusters: SERVICE },
  ),
];
