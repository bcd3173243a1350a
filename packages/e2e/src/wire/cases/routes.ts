import { last, request, type WireListener } from "../wire-case.ts";

const answer = (name: string) => ({
  direct_response: { status: 200, body: { inline_string: name } },
});
const to = (name: string, match: object, more: object = {}) => ({ name, match, ...answer(name), ...more });
const upstream = { cluster: "upstream" };
const forward = (name: string, prefix: string, route: object, more: object = {}) => ({
  name,
  match: { prefix },
  route: { ...upstream, ...route },
  ...more,
});
const add = (key: string, value: string, append_action?: string) => ({
  header: { key, value },
  ...(append_action && { append_action }),
});
const get = (path: string, headers: readonly string[] = [], title = `GET ${path} ${headers.join(" ")}`) => ({
  title,
  send: last(`GET ${path}`, headers),
});
const host = (name: string) => get("/", [`host: ${name}`]);

export const ROUTES: readonly WireListener[] = [
  {
    name: "matching",
    routes: [
      to("path", { path: "/path" }),
      to("separated", { path_separated_prefix: "/sep" }),
      to("regex", { safe_regex: { regex: "/v\\d+/.*" } }),
      to("insensitive", { prefix: "/Case", case_sensitive: false }),
      to("header-exact", { prefix: "/h", headers: [{ name: "x-m", string_match: { exact: "a" } }] }),
      to("header-prefix", {
        prefix: "/h",
        headers: [{ name: "x-m", string_match: { prefix: "pre", ignore_case: true } }],
      }),
      to("header-suffix", { prefix: "/h", headers: [{ name: "x-m", string_match: { suffix: "suf" } }] }),
      to("header-contains", { prefix: "/h", headers: [{ name: "x-m", string_match: { contains: "mid" } }] }),
      to("header-regex", {
        prefix: "/h",
        headers: [{ name: "x-m", string_match: { safe_regex: { regex: "r+" } } }],
      }),
      to("header-range", {
        prefix: "/h",
        headers: [{ name: "x-n", range_match: { start: "5", end: "10" } }],
      }),
      to("header-present", { prefix: "/h", headers: [{ name: "x-p", present_match: true }] }),
      to("header-method", { prefix: "/h", headers: [{ name: ":method", string_match: { exact: "POST" } }] }),
      to("header-inverted", {
        prefix: "/h",
        headers: [{ name: "x-q", string_match: { exact: "a" }, invert_match: true }],
      }),
      to("query", {
        prefix: "/q",
        query_parameters: [
          { name: "a", string_match: { exact: "1" } },
          { name: "b", present_match: true },
        ],
      }),
      to("prefix", { prefix: "/pre" }),
    ],
    cases: [
      ...[
        "/path",
        "/path?x",
        "/path/",
        "/sep",
        "/sep/",
        "/sep/x",
        "/sep?x",
        "/separate",
        "/v1/x",
        "/v1/x?y",
        "/va/x",
        "/x/v1/x",
      ].map((path) => get(path)),
      ...[
        "/case",
        "/CASEx",
        "/pre",
        "/prefix/x?y",
        "/q?a=1&b",
        "/q?b=&a=1",
        "/q?a=2&b",
        "/q?a=1",
        "/none",
      ].map((path) => get(path)),
      ...[
        "x-m: a",
        "x-m: A",
        "x-m: PREfix",
        "x-m: xsuf",
        "x-m: amidb",
        "x-m: rrr",
        "x-m: rrx",
        "x-n: 5",
        "x-n: 10",
        "x-n: 9",
        "x-n: no",
        "x-p: 1",
        "x-p:",
        "x-q: a",
        "x-q: b",
      ].map((one) => get("/h", [one])),
      get("/h", []),
      get("/h", ["x-m: a", "x-m: b"]),
      get("/h", ["x-m: b", "x-m: a"]),
      get("/h", ["x-m: a,b"]),
      { title: "POST /h", send: last("POST /h", ["x-q: a"]) },
      { title: "HEAD /path", send: last("HEAD /path") },
      { title: "POST /path with a body", send: last("POST /path", ["content-length: 2"], "ok") },
      {
        title: "a direct response on a connection that stays",
        send: request("GET /path") + last("GET /pre"),
      },
    ],
  },
  {
    name: "hosts",
    virtualHosts: [
      { name: "exact", domains: ["a.test", "A.example:8080"], routes: [to("exact", { prefix: "/" })] },
      { name: "suffix", domains: ["*.a.test"], routes: [to("suffix", { prefix: "/" })] },
      { name: "longer", domains: ["*.b.a.test"], routes: [to("longer", { prefix: "/" })] },
      { name: "dashed", domains: ["*-x.a.test"], routes: [to("dashed", { prefix: "/" })] },
      { name: "prefix", domains: ["www.*"], routes: [to("prefix", { prefix: "/only" })] },
    ],
    cases: [
      "a.test",
      "A.TEST",
      "a.test:80",
      "a.example:8080",
      "a.example",
      "x.a.test",
      "x.b.a.test",
      "a-x.a.test",
      ".a.test",
      "www.x",
      "www.a.test",
      "none",
    ].map(host),
  },
  {
    name: "answers",
    routes: [
      { match: { prefix: "/empty" }, direct_response: { status: 204 } },
      {
        match: { prefix: "/teapot" },
        direct_response: { status: 418, body: { inline_string: "tea" } },
        response_headers_to_add: [add("x-a", "1"), add("content-type", "text/tea")],
      },
      { match: { prefix: "/moved" }, redirect: { path_redirect: "/new" } },
      { match: { prefix: "/https" }, redirect: { https_redirect: true } },
      {
        match: { prefix: "/host" },
        redirect: { host_redirect: "other.test", response_code: "PERMANENT_REDIRECT" },
      },
      {
        match: { prefix: "/port" },
        redirect: { port_redirect: 8443, scheme_redirect: "https", response_code: "FOUND" },
      },
      { match: { prefix: "/strip" }, redirect: { path_redirect: "/s", strip_query: true } },
      { match: { prefix: "/pre" }, redirect: { prefix_rewrite: "/post", response_code: "SEE_OTHER" } },
      {
        match: { prefix: "/re" },
        redirect: {
          regex_rewrite: { pattern: { regex: "/re/(\\d+)" }, substitution: "/n-\\1" },
          response_code: "TEMPORARY_REDIRECT",
        },
      },
      { match: { prefix: "/query" }, redirect: { path_redirect: "/new?z=1" } },
    ],
    cases: [
      ...[
        "/empty",
        "/teapot",
        "/moved?a=1",
        "/https/x?y",
        "/host/x",
        "/port/x",
        "/strip?a",
        "/prefix/x?q",
        "/re/12/x?q",
        "/query?a=1",
      ].map((path) => get(path)),
      get("/https/x", ["host: a.test:80"]),
      get("/port", ["host: a.test:8080"]),
      get("/host", ["x-forwarded-proto: https"]),
    ],
  },
  {
    name: "rewrites",
    routes: [
      forward("prefix", "/old", { prefix_rewrite: "/new" }),
      forward("root", "/root/", { prefix_rewrite: "/" }),
      forward("regex", "/re", {
        regex_rewrite: { pattern: { regex: "^/re/([^/]+)/(.*)$" }, substitution: "/\\2/\\1" },
      }),
      forward("host", "/host", { host_rewrite_literal: "inner.test" }),
      forward("hosts", "/forwarded", { host_rewrite_literal: "inner.test", append_x_forwarded_host: true }),
      forward("header", "/from", { host_rewrite_header: "x-to" }),
      { name: "exact", match: { path: "/exact" }, route: { ...upstream, prefix_rewrite: "/whole" } },
      {
        name: "separated",
        match: { path_separated_prefix: "/sep" },
        route: { ...upstream, prefix_rewrite: "/s" },
      },
      {
        name: "insensitive",
        match: { prefix: "/case", case_sensitive: false },
        route: { ...upstream, prefix_rewrite: "/lower" },
      },
    ],
    cases: [
      ...[
        "/old",
        "/old/x?y=1",
        "/older",
        "/root/x",
        "/re/a/b/c?q",
        "/re/a",
        "/host",
        "/forwarded",
        "/exact?q",
        "/sep/x",
        "/CASE/x",
      ].map((path) => get(path)),
      get("/from", ["x-to: there.test"]),
      get("/from"),
      get("/forwarded", ["x-forwarded-host: first.test"]),
    ],
  },
  {
    name: "headers",
    virtualHosts: [
      {
        name: "all",
        domains: ["*"],
        request_headers_to_add: [add("x-level", "host"), add("x-host", "h")],
        request_headers_to_remove: ["x-gone"],
        response_headers_to_add: [add("x-level", "host")],
        response_headers_to_remove: ["x-private"],
        routes: [
          forward(
            "formatted",
            "/formatted",
            {},
            {
              request_headers_to_add: [
                add(
                  "x-f",
                  "%PROTOCOL% %REQ(:METHOD)% %ROUTE_NAME% %DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% 100%%",
                ),
                add("x-missing", "%REQ(X-NOT-THERE)%"),
              ],
              response_headers_to_add: [add("x-code", "%RESPONSE_CODE% %RESP(X-UP)%")],
            },
          ),
          forward(
            "actions",
            "/actions",
            {},
            {
              request_headers_to_add: [
                add("x-append", "2"),
                add("x-absent", "2", "ADD_IF_ABSENT"),
                add("x-over", "2", "OVERWRITE_IF_EXISTS_OR_ADD"),
                add("x-exists", "2", "OVERWRITE_IF_EXISTS"),
              ],
            },
          ),
          forward(
            "all",
            "/",
            {},
            {
              request_headers_to_add: [add("x-level", "route"), add("user-agent", "mine")],
              response_headers_to_add: [add("x-level", "route"), add("server", "s"), add("x-new", "1")],
            },
          ),
        ],
      },
    ],
    manager: {},
    cases: [
      {
        ...get("/", ["x-gone: 1", "x-level: client", "user-agent: curl"]),
        answer: () =>
          "HTTP/1.1 200 OK\r\nx-private: 1\r\nx-up: u\r\nx-level: up\r\ncontent-length: 0\r\n\r\n",
      },
      { ...get("/formatted"), answer: () => "HTTP/1.1 200 OK\r\nx-up: u\r\ncontent-length: 0\r\n\r\n" },
      get("/actions", ["x-append: 1", "x-absent: 1", "x-over: 1", "x-over: 3", "x-exists: 1"]),
      get("/actions"),
    ],
  },
];
