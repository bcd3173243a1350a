import { readFileSync } from "node:fs";
import { GUIDE as GUIDE_FILE } from "@gateway-plugins/test-parts/guide";
import { parse } from "yaml";
import { describe, expect, it } from "vitest";
import { EnvoyConfigError, readEnvoyConfig } from "../../src/envoy/index.ts";
import { parseDuration } from "../../src/envoy/duration.ts";

const GUIDE = readFileSync(GUIDE_FILE, "utf8");
const MODULE = Uint8Array.of(0, 97, 115, 109);
const loadFile = (filename: string) => ({ bytes: MODULE, path: filename });

function problemsOf(text: string, load = loadFile): string[] {
  try {
    readEnvoyConfig(text, { loadFile: load });
  } catch (error) {
    return (error as EnvoyConfigError).message.split("\n");
  }
  return [];
}

/** The guide's file with one piece replaced; throws when the piece is not there. */
function guideWith(piece: string, replacement: string): string {
  if (!GUIDE.includes(piece)) throw new Error(`the guide's envoy.yaml has no ${piece}`);
  return GUIDE.replace(piece, replacement);
}

describe("the envoy.yaml of the Go guide", () => {
  it("reads as printed", () => {
    const { source, ...config } = readEnvoyConfig(GUIDE, { loadFile });
    expect(source).toEqual(parse(GUIDE));
    expect(config).toEqual({
      admin: { address: "0.0.0.0", port: 9901 },
      listeners: [
        {
          name: "listener_0",
          address: { address: "0.0.0.0", port: 10000 },
          manager: { enableTrailers: false, statPrefix: "ingress_http" },
          schemeToOverwrite: "https",
          virtualHosts: [
            {
              name: "local_service",
              domains: ["*"],
              routes: [
                { name: "", match: { prefix: "/" }, action: { cluster: "httpbin" }, timeoutMs: 15000 },
              ],
            },
          ],
          filters: [
            {
              name: "wasmdemo",
              pluginName: "wasmdemo",
              rootId: "",
              vmId: "",
              code: { bytes: MODULE, path: "/etc/envoy/main.wasm" },
              vmConfiguration: new Uint8Array(),
              configuration: expect.any(Uint8Array),
              failOpen: false,
            },
          ],
        },
      ],
      clusters: [
        {
          name: "httpbin",
          enableTrailers: false,
          connectTimeoutMs: 30000,
          endpoints: [{ address: "httpbin", port: 80 }],
        },
      ],
    });
    const configuration = config.listeners[0]!.filters[0]!.configuration;
    expect(Buffer.from(configuration).toString()).toBe('{\n  "mockEnable": false\n}\n');
  });

  it("reads the same from JSON", () => {
    expect(readEnvoyConfig(JSON.stringify(parse(GUIDE)), { loadFile })).toEqual(
      readEnvoyConfig(GUIDE, { loadFile }),
    );
  });
});

const CONNECTION_MANAGER = "static_resources.listeners[0].filter_chains[0].filters[0].typed_config";
const PLUGIN = `${CONNECTION_MANAGER}.http_filters[0].typed_config.value.config`;

describe("what is not simulated is refused by name", () => {
  it.each<[title: string, piece: string, replacement: string, expected: string]>([
    [
      "another access logger",
      "stat_prefix: ingress_http",
      'access_log: [{ name: grpc, typed_config: { "@type": type.googleapis.com/envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig } }]',
      `envoy.yaml:22: ${CONNECTION_MANAGER}.access_log[0].typed_config: the access logger ` +
        "envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig is not simulated; there are " +
        ["file.v3.FileAccessLog", "stream.v3.StdoutAccessLog", "stream.v3.StderrAccessLog"]
          .map((name) => `envoy.extensions.access_loggers.${name}`)
          .join(", "),
    ],
    [
      "an operator of an access log",
      "stat_prefix: ingress_http",
      'access_log: [{ name: out, typed_config: { "@type": type.googleapis.com/envoy.extensions.access_loggers.stream.v3.StdoutAccessLog, ' +
        'log_format: { text_format_source: { inline_string: "%COFFEE%" } } } }]',
      expect.stringMatching(
        /^envoy\.yaml:22: .*\.access_log\[0\]\.typed_config\.log_format: the access log operator %COFFEE% is not simulated; there are ACCESS_LOG_TYPE, /,
      ) as string,
    ],
    [
      "a field unknown here",
      "stat_prefix: ingress_http",
      "tracing: {}",
      `envoy.yaml:22: ${CONNECTION_MANAGER}.tracing: not simulated; remove it or run a real Envoy`,
    ],
    [
      "a slip of the pen, with what was meant",
      "stat_prefix: ingress_http",
      "stream_idle_timout: 1s",
      `envoy.yaml:22: ${CONNECTION_MANAGER}.stream_idle_timout: not known here; did you mean stream_idle_timeout? ` +
        "If not, remove it or run a real Envoy",
    ],
    [
      "a pattern that RE2 does not know",
      'prefix: "/"',
      'safe_regex: { regex: "/(?!a)" }',
      `envoy.yaml:30: ${CONNECTION_MANAGER}.route_config.virtual_hosts[0].routes[0].match.safe_regex.regex: ` +
        "this pattern cannot be matched as Envoy does: RE2 has no look-ahead and no look-behind",
    ],
    [
      "routes from a control plane",
      "stat_prefix: ingress_http",
      "rds: {}",
      `envoy.yaml:22: ${CONNECTION_MANAGER}.rds: not simulated; write the routes inline under route_config`,
    ],
    [
      "a message of Envoy's as configuration",
      "type.googleapis.com/google.protobuf.StringValue",
      "type.googleapis.com/google.protobuf.FieldMask",
      `envoy.yaml:46: ${PLUGIN}.configuration: google.protobuf.FieldMask reaches a plugin as protobuf bytes, and this host ` +
        "does not know the message; write it as a google.protobuf.StringValue",
    ],
    [
      "another runtime",
      "envoy.wasm.runtime.v8",
      "envoy.wasm.runtime.null",
      `envoy.yaml:42: ${PLUGIN}.vm_config.runtime: "envoy.wasm.runtime.null" is not simulated; use envoy.wasm.runtime.v8`,
    ],
    [
      "another HTTP filter",
      "type.googleapis.com/udpa.type.v1.TypedStruct",
      "type.googleapis.com/envoy.extensions.filters.http.lua.v3.Lua",
      `envoy.yaml:34: ${CONNECTION_MANAGER}.http_filters[0]: the HTTP filter envoy.extensions.filters.http.lua.v3.Lua ` +
        "is not simulated; remove it or run a real Envoy",
    ],
    [
      "endpoint discovery",
      "type: LOGICAL_DNS",
      "type: EDS",
      'envoy.yaml:58: static_resources.clusters[0].type: "EDS" is not simulated; use STATIC, STRICT_DNS, LOGICAL_DNS',
    ],
    [
      "TLS to an upstream",
      "dns_lookup_family: V4_ONLY",
      "transport_socket: {}",
      "envoy.yaml:60: static_resources.clusters[0].transport_socket: not simulated; " +
        "TLS is not spoken to upstreams; point the cluster at plain HTTP with --cluster",
    ],
  ])("%s", (_title, piece, replacement, expected) => {
    expect(problemsOf(guideWith(piece, replacement))).toEqual([expected]);
  });
});

describe("mistakes", () => {
  it.each<[title: string, piece: string, replacement: string, expected: string]>([
    [
      "a route to a cluster that does not exist",
      "cluster: httpbin",
      "cluster: httpbim",
      `envoy.yaml:32: ${CONNECTION_MANAGER}.route_config.virtual_hosts[0].routes[0].route.cluster: ` +
        'cluster "httpbim" is not under static_resources.clusters',
    ],
    [
      "a port that is none",
      "port_value: 10000",
      "port_value: 100000",
      "envoy.yaml:14: static_resources.listeners[0].address.socket_address.port_value: " +
        "must be a whole number from 0 to 65535, not 100000",
    ],
    [
      "a duration without unit",
      "connect_timeout: 30s",
      "connect_timeout: 30",
      'envoy.yaml:57: static_resources.clusters[0].connect_timeout: must be a duration in seconds such as "0.25s", not 30',
    ],
    [
      "a route without a match",
      'prefix: "/"',
      "case_sensitive: true",
      `envoy.yaml:29: ${CONNECTION_MANAGER}.route_config.virtual_hosts[0].routes[0].match: ` +
        "needs one of prefix, path, safe_regex, path_separated_prefix",
    ],
  ])("names %s", (_title, piece, replacement, expected) => {
    expect(problemsOf(guideWith(piece, replacement))).toEqual([expected]);
  });

  it("are listed all at once, in the order of the file", () => {
    const text = guideWith("stat_prefix: ingress_http", "tracing: {}")
      .replace("type: LOGICAL_DNS", "type: EDS")
      .replace("admin:", "node: { id: a }\nadmin:");
    expect(problemsOf(text).map((problem) => problem.split(":")[1])).toEqual(["1", "23", "59"]);
  });

  it("include a chain that does not end in the router", () => {
    const router = GUIDE.slice(GUIDE.indexOf("                  - name: envoy.filters.http.router"));
    const text = GUIDE.replace(router.slice(0, router.indexOf("  clusters:")), "");
    expect(problemsOf(text)).toEqual([
      `envoy.yaml:34: ${CONNECTION_MANAGER}.http_filters[0]: ` +
        "the last HTTP filter must be envoy.filters.http.router; add it after this one",
    ]);
  });

  it("include a module that cannot be read, with what the loader says", () => {
    const load = () => {
      throw new Error("there is no such file");
    };
    expect(problemsOf(GUIDE, load)).toEqual([
      `envoy.yaml:45: ${PLUGIN}.vm_config.code.local.filename: there is no such file`,
    ]);
  });

  it("include text that is not YAML", () => {
    expect(problemsOf("a: [1\n")[0]).toMatch(/^envoy\.yaml:\d: \(syntax\): /);
  });

  it("include an empty file", () => {
    expect(problemsOf("")).toEqual(["envoy.yaml:1: (root): must be an object, not null"]);
  });
});

describe("a wasm filter", () => {
  const listener = (config: object, typed = true) => ({
    static_resources: {
      listeners: [
        {
          address: { socketAddress: { address: "127.0.0.1", portValue: "0" } },
          perConnectionBufferLimitBytes: 32768,
          filter_chains: [
            {
              filters: [
                {
                  name: "hcm",
                  typed_config: {
                    "@type":
                      "type.googleapis.com/envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager",
                    route_config: {
                      virtual_hosts: [
                        {
                          name: "all",
                          domains: ["*"],
                          routes: [
                            {
                              name: "teapot",
                              match: { safe_regex: { regex: "/t+" } },
                              direct_response: { status: 418, body: { inline_string: "tea" } },
                            },
                          ],
                        },
                      ],
                    },
                    http_filters: [
                      {
                        name: "wasm",
                        typed_config: typed
                          ? {
                              "@type": "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
                              config,
                            }
                          : {
                              "@type": "type.googleapis.com/xds.type.v3.TypedStruct",
                              type_url: "type.googleapis.com/envoy.extensions.filters.http.wasm.v3.Wasm",
                              value: { config },
                            },
                      },
                      {
                        name: "router",
                        typed_config: {
                          "@type": "type.googleapis.com/envoy.extensions.filters.http.router.v3.Router",
                        },
                      },
                    ],
                  },
                },
              ],
            },
          ],
        },
      ],
    },
  });
  const config = {
    name: "p",
    root_id: "root",
    failure_policy: "FAIL_OPEN",
    configuration: { "@type": "type.googleapis.com/google.protobuf.BytesValue", value: "AQID" },
    vm_config: {
      vm_id: "vm",
      runtime: "envoy.wasm.runtime.v8",
      allow_precompiled: true,
      code: { local: { inline_bytes: "AGFzbQ==" } },
      configuration: { "@type": "type.googleapis.com/google.protobuf.StringValue", value: "hello" },
    },
  };

  it.each([
    ["directly", true],
    ["in an xds TypedStruct", false],
  ])("reads when its message stands there %s", (_title, typed) => {
    const read = readEnvoyConfig(JSON.stringify(listener(config, typed))).listeners[0]!;
    expect(read).toMatchObject({ name: "listener_0", bufferLimitBytes: 32768, address: { port: 0 } });
    expect(read.virtualHosts[0]!.routes).toEqual([
      { name: "teapot", match: { regex: "/t+" }, action: { status: 418, body: "tea" }, timeoutMs: 0 },
    ]);
    const filter = read.filters[0]!;
    expect(filter).toMatchObject({
      name: "wasm",
      pluginName: "p",
      rootId: "root",
      vmId: "vm",
      failOpen: false,
      failurePolicy: "FAIL_OPEN",
    });
    expect([...filter.code.bytes]).toEqual([...MODULE]);
    expect([...filter.configuration]).toEqual([1, 2, 3]);
    expect(Buffer.from(filter.vmConfiguration).toString()).toBe("hello");
  });

  const readPlugin = (more: object, vmConfig: object = {}) =>
    readEnvoyConfig(
      JSON.stringify(listener({ name: "p", ...more, vm_config: { ...config.vm_config, ...vmConfig } }, true)),
    ).listeners[0]!.filters[0]!;

  it.each<[title: string, more: object, read: object]>([
    ["the deprecated fail_open", { fail_open: true }, { failOpen: true }],
    ["no policy", { failure_policy: "UNSPECIFIED" }, { failOpen: false }],
    [
      "a reload with its back-off",
      {
        failure_policy: "FAIL_RELOAD",
        reload_config: { backoff: { base_interval: "0.25s", max_interval: "9s" } },
      },
      { failurePolicy: "FAIL_RELOAD", reloadBackoffMs: 250 },
    ],
    ["stopping at headers", { allow_on_headers_stop_iteration: true }, { allowOnHeadersStopIteration: true }],
    [
      "capabilities",
      { capability_restriction_config: { allowed_capabilities: { proxy_log: {}, proxy_on_log: {} } } },
      { allowedCapabilities: ["proxy_log", "proxy_on_log"] },
    ],
  ])("reads %s", (_title, more, read) => {
    expect(readPlugin(more)).toMatchObject(read);
  });

  it("reads environment variables, those of the host that it has", () => {
    process.env["GATEWAY_TEST_HOME"] = "here";
    const environment_variables = {
      host_env_keys: ["GATEWAY_TEST_HOME", "GATEWAY_TEST_ABSENT"],
      key_values: { NAME: "value", EMPTY: "" },
    };
    expect(readPlugin({}, { environment_variables }).environment).toEqual({
      GATEWAY_TEST_HOME: "here",
      NAME: "value",
      EMPTY: "",
    });
    delete process.env["GATEWAY_TEST_HOME"];
  });

  it.each<[type: string, fields: object, hex: string]>([
    ["google.protobuf.Struct", { value: { a: 1 } }, "0a0e0a0161120911000000000000f03f"],
    [
      "google.protobuf.Struct",
      { value: { s: "x", b: [true, null] } },
      "0a080a017312031a01780a0f0a0162120a32080a0220010a020800",
    ],
    ["google.protobuf.BoolValue", { value: true }, "0801"],
    ["google.protobuf.Int32Value", { value: -1 }, "08ffffffffffffffffff01"],
    ["google.protobuf.UInt64Value", { value: "18446744073709551615" }, "08ffffffffffffffffff01"],
    ["google.protobuf.Int64Value", { value: 0 }, ""],
    ["google.protobuf.Empty", {}, ""],
    ["xds.type.v3.TypedStruct", { type_url: "t", value: {} }, "0a01741200"],
  ])("gives a plugin the protobuf bytes of a %s", (type, fields, hex) => {
    const configuration = { "@type": `type.googleapis.com/${type}`, ...fields };
    expect(Buffer.from(readPlugin({ configuration }).configuration).toString("hex")).toBe(hex);
  });

  it.each<[title: string, more: object, vmConfig: object, problem: string]>([
    [
      "a back-off that crashes Envoy",
      { reload_config: { backoff: { base_interval: "0.001s" } } },
      {},
      "base_interval: must be 0.002s or more",
    ],
    [
      "a code cache",
      {},
      { nack_on_code_cache_miss: true },
      "nack_on_code_cache_miss: only false is simulated",
    ],
    [
      "a name twice",
      {},
      { environment_variables: { host_env_keys: ["PATH"], key_values: { PATH: "x" } } },
      "PATH is there twice",
    ],
    [
      "a Struct that is none",
      { configuration: { "@type": "type.googleapis.com/google.protobuf.Struct", value: [] } },
      {},
      "configuration.value: is no google.protobuf.Struct",
    ],
  ])("refuses %s", (_title, more, vmConfig, problem) => {
    expect(() => readPlugin(more, vmConfig)).toThrow(problem);
  });

  it("takes one way to fail open, not both", () => {
    const text = JSON.stringify(listener({ ...config, fail_open: true }), null, 1);
    expect(problemsOf(text)).toEqual([
      expect.stringContaining("failure_policy: fail_open is there as well; Envoy takes only one of the two"),
    ]);
  });
});

describe("durations", () => {
  it.each([
    ["0.25s", 250],
    ["30s", 30_000],
    ["0s", 0],
    ["1.000000001s", 1000],
    ["30", undefined],
    ["-1s", undefined],
    ["1m", undefined],
    ["", undefined],
  ])("%j is %s ms", (text, milliseconds) => {
    expect(parseDuration(text)).toBe(milliseconds);
  });
});
