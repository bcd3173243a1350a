import { chunked } from "../../raw-client.ts";
import { response } from "../../recording-upstream.ts";
import { last, request, type WireListener } from "../wire-case.ts";

const HTTP_1_TRAILERS = { http_protocol_options: { enable_trailers: true } };
const plain = (title = "a GET", headers: readonly string[] = []) => ({ title, send: last("GET /", headers) });
/** Each side stops in turn. */
const SILENCES: WireListener["cases"] = [
  { title: "an upstream that says nothing", send: last("GET /"), answer: () => null },
  { title: "a request that stops", send: last("POST /", ["content-length: 9"], "half") },
  {
    title: "a response that stops",
    send: last("GET /"),
    answer: () => "HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf",
  },
];

/** Settings of the HTTP connection manager, one listener each. */
export const MANAGER: readonly WireListener[] = [
  {
    name: "idle",
    manager: { stream_idle_timeout: "0.1s" },
    cases: SILENCES,
  },
  {
    name: "request-timeout",
    manager: { request_timeout: "0.1s" },
    cases: [
      { title: "a request that stops", send: last("POST /", ["content-length: 9"], "half") },
      {
        title: "an upstream that is slow",
        send: last("GET /"),
        answer: () => null,
        timeLimit: 300,
        logLines: 1,
      },
    ],
  },
  {
    name: "headers-timeout",
    manager: { request_headers_timeout: "0.1s" },
    cases: [{ title: "a head that stops", send: "GET / HTTP/1.1\r\nhost: a\r\n", logLines: 1 }, plain()],
  },
  {
    name: "duration",
    manager: { common_http_protocol_options: { max_stream_duration: "0.1s" } },
    cases: SILENCES,
  },
  {
    name: "connection-limits",
    manager: {
      drain_timeout: "0.1s",
      common_http_protocol_options: {
        idle_timeout: "0.1s",
        max_requests_per_connection: 2,
        max_headers_count: 3,
      },
    },
    cases: [
      { title: "a connection that is idle", send: request("GET /") },
      { title: "a connection without a request", send: "", logLines: 0 },
      {
        title: "the last request of a connection",
        send: request("GET /1") + request("GET /2") + request("GET /3"),
        logLines: 2,
      },
      { title: "one header too many", send: last("GET /", ["a: 1", "b: 2", "c: 3"]) },
    ],
  },
  {
    name: "small-heads",
    manager: { max_request_headers_kb: 1 },
    cases: [{ title: "a head of 2 KiB", send: last("GET /", [`x: ${"a".repeat(2048)}`]) }],
  },
  {
    name: "trailers",
    manager: HTTP_1_TRAILERS,
    routes: [{ name: "all", match: { prefix: "/" }, route: { cluster: "trailing" } }],
    clusters: [],
    cases: [
      {
        title: "of a request",
        send: last("POST /", ["transfer-encoding: chunked"], chunked(["hello"], { "x-t": "1", "X-U": "2" })),
      },
      {
        title: "of a response",
        send: last("GET /"),
        answer: () =>
          `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunked(["hello"], { "x-t": "1" })}`,
      },
    ],
  },
  {
    name: "server-name",
    manager: { server_name: "mine" },
    cases: [
      plain(),
      { ...plain("an upstream with a name"), answer: () => response(200, "", { server: "theirs" }) },
    ],
  },
  {
    name: "server-if-absent",
    manager: { server_header_transformation: "APPEND_IF_ABSENT" },
    cases: [
      plain(),
      { ...plain("an upstream with a name"), answer: () => response(200, "", { server: "theirs" }) },
    ],
  },
  {
    name: "server-pass-through",
    manager: { server_header_transformation: "PASS_THROUGH" },
    cases: [
      plain(),
      { ...plain("an upstream with a name"), answer: () => response(200, "", { server: "theirs" }) },
    ],
  },
  {
    name: "remote-address",
    manager: { use_remote_address: true },
    cases: [
      plain(),
      plain("x-forwarded headers", [
        "x-forwarded-for: 1.2.3.4, 5.6.7.8",
        "x-forwarded-proto: https",
        "x-request-id: mine",
      ]),
      plain("x-envoy headers", [
        "x-envoy-internal: true",
        "x-envoy-external-address: 9.9.9.9",
        "x-envoy-decorator-operation: a",
        "x-envoy-downstream-service-cluster: b",
      ]),
    ],
  },
  {
    name: "trusted-hops",
    manager: { use_remote_address: true, xff_num_trusted_hops: 1, skip_xff_append: true },
    log: {
      log_format: {
        text_format_source: {
          inline_string:
            "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT% %DOWNSTREAM_DIRECT_REMOTE_ADDRESS_WITHOUT_PORT%\n",
        },
      },
    },
    cases: [plain(), plain("x-forwarded-for", ["x-forwarded-for: 1.2.3.4, 5.6.7.8"])],
  },
  {
    name: "forwarded-hops",
    manager: { xff_num_trusted_hops: 1 },
    log: {
      log_format: { text_format_source: { inline_string: "%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%\n" } },
    },
    cases: [
      plain(),
      plain("one address", ["x-forwarded-for: 1.2.3.4"]),
      plain("two addresses", ["x-forwarded-for: 1.2.3.4,5.6.7.8"]),
      plain("no address", ["x-forwarded-for: nobody"]),
    ],
  },
  {
    name: "no-request-id",
    manager: { generate_request_id: false },
    cases: [plain(), plain("a client's", ["x-request-id: mine"])],
  },
  {
    name: "answered-id",
    manager: {
      always_set_request_id_in_response: true,
      preserve_external_request_id: true,
      use_remote_address: true,
    },
    cases: [plain("a client's", ["x-request-id: mine"])],
  },
  {
    name: "scheme",
    manager: { scheme_header_transformation: { scheme_to_overwrite: "https" } },
    cases: [plain(), plain("a client's", ["x-forwarded-proto: http"])],
  },
  {
    name: "http10",
    manager: { http_protocol_options: { accept_http_10: true, default_host_for_http_10: "old.test" } },
    cases: [
      { title: "HTTP/1.0 without a host", send: "GET / HTTP/1.0\r\n\r\n" },
      {
        title: "HTTP/1.0 that keeps alive",
        send: "GET /1 HTTP/1.0\r\nhost: a\r\nconnection: keep-alive\r\n\r\nGET /2 HTTP/1.0\r\nhost: a\r\n\r\n",
      },
      {
        title: "HTTP/1.0, chunked answer",
        send: "GET / HTTP/1.0\r\nhost: a\r\n\r\n",
        answer: () => `HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n${chunked(["hello"])}`,
      },
      { title: "HTTP/0.9", send: "GET /\r\n\r\n" },
    ],
  },
  { name: "via", manager: { via: "1.1 me" }, cases: [plain()] },
  {
    name: "paths",
    manager: { normalize_path: true, merge_slashes: true },
    cases: ["/a/../b", "/a/./b//c", "/%61/%2f", "/../../x", "/a\\b", "/a?x=/../"].map((path) => ({
      title: path,
      send: last(`GET ${path}`),
    })),
  },
  {
    name: "websocket",
    manager: { upgrade_configs: [{ upgrade_type: "websocket" }] },
    cases: [
      {
        title: "an upgrade that the upstream accepts",
        send: [
          request("GET /ws", ["connection: Upgrade", "upgrade: websocket"]),
          { after: /101/, send: "ping" },
          { after: /hello/, abort: true },
        ],
        answer: () =>
          "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\nhello",
        logLines: 1,
      },
      {
        title: "an upgrade that the upstream declines",
        send: request("GET /ws", ["connection: upgrade", "upgrade: websocket"]),
        timeLimit: 300,
      },
      { title: "another protocol", send: request("GET /ws", ["connection: upgrade", "upgrade: other"]) },
    ],
  },
  {
    name: "json-log",
    log: {
      log_format: {
        json_format: {
          status: "%RESPONSE_CODE%",
          mixed: "code %RESPONSE_CODE%",
          missing: "%REQ(X-NO)%",
          nested: { path: "%REQ(:PATH)%", duration: "x" },
          flags: "%RESPONSE_FLAGS%",
          list: ["%PROTOCOL%", "%BYTES_SENT%"],
          fixed: true,
        },
      },
    },
    cases: [plain("a GET", ['x-q: "quoted" \xe9'])],
  },
  {
    name: "json-log-omitting",
    log: {
      log_format: {
        omit_empty_values: true,
        json_format: { status: "%RESPONSE_CODE%", missing: "%REQ(X-NO)%", part: "a%REQ(X-NO)%b" },
      },
    },
    cases: [plain()],
  },
  {
    name: "text-log",
    log: {
      log_format: {
        text_format_source: {
          inline_string:
            "%REQ(USER-AGENT):3%|%REQ(X-NO?X-YES)%|%RESP(CONTENT-TYPE)%|%TRAILER(X-T)%|%RESPONSE_FLAGS_LONG%|%UPSTREAM_REQUEST_ATTEMPT_COUNT%|%GRPC_STATUS_NUMBER%|" +
            "%VIRTUAL_CLUSTER_NAME%|%REQUESTED_SERVER_NAME%|%DYNAMIC_METADATA(a:b)%|%FILTER_STATE(wasm.none:PLAIN)%|%CONNECTION_TERMINATION_DETAILS%|%UPSTREAM_TRANSPORT_FAILURE_REASON%|" +
            "%FILTER_CHAIN_NAME%|%ACCESS_LOG_TYPE%|%DOWNSTREAM_TLS_VERSION%|%DOWNSTREAM_REMOTE_ADDRESS_WITHOUT_PORT%|%ENVIRONMENT(NO_SUCH)%|%QUERY_PARAM(a)%|%UPSTREAM_CLUSTER_RAW%|100%%\n",
        },
      },
    },
    cases: [
      {
        title: "a GET",
        send: last("GET /?a=1", ["user-agent: curl/8", "x-yes: 1"]),
        answer: () => response(200, "", { "content-type": "text/html" }),
      },
    ],
  },
  {
    name: "text-log-omitting",
    log: {
      log_format: { omit_empty_values: true, text_format_source: { inline_string: "a%REQ(X-NO)%b\n" } },
    },
    cases: [plain()],
  },
];
