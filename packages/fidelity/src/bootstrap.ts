import { address, cluster, stringValue } from "@gateway-plugins/e2e/bootstrap";
import type { Plugin, Scenario } from "./scenario.ts";

/** A scenario with everything around it in place: ids, modules, addresses. */
export interface Staged {
  readonly scenario: Scenario;
  /** Names its listener, clusters, root ids and log lines: `s0017`. */
  readonly id: string;
  /** Files of the plugins' modules. */
  readonly modules: readonly string[];
  /** `address:port` by cluster, null for one without a host; the route's upstream is `upstream`. */
  readonly addresses: Readonly<Record<string, string | null>>;
}

const TYPE = "type.googleapis.com/";
const MANAGER = `${TYPE}envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager`;
const ROUTER = {
  name: "envoy.filters.http.router",
  typed_config: { "@type": `${TYPE}envoy.extensions.filters.http.router.v3.Router` },
};
export const ACCESS_FORMAT = "%RESPONSE_CODE% %RESPONSE_CODE_DETAILS% %RESPONSE_FLAGS%";

/** The one configuration that both gateways read; access records go to the file `accessLog`. */
export function bootstrap(staged: readonly Staged[], accessLog: string): object {
  return {
    admin: { address: address("127.0.0.1:0") },
    static_resources: {
      listeners: [...staged.map((each) => listener(each, accessLog)), PROBED],
      clusters: staged.flatMap(({ id, addresses }) =>
        Object.entries(addresses).map(([name, host]) => cluster(clusterName(id, name), host)),
      ),
    },
  };
}

export function clusterName(id: string, name: string): string {
  return `${id}_${name}`;
}

/** The listener that answers by itself. */
export const PROBE = "probe";
const PROBED = {
  name: PROBE,
  address: address("127.0.0.1:0"),
  filter_chains: [
    {
      filters: [
        {
          name: "envoy.filters.network.http_connection_manager",
          typed_config: {
            "@type": MANAGER,
            stat_prefix: PROBE,
            route_config: {
              virtual_hosts: [
                {
                  name: "all",
                  domains: ["*"],
                  routes: [{ match: { prefix: "/" }, direct_response: { status: 204 } }],
                },
              ],
            },
            http_filters: [ROUTER],
          },
        },
      ],
    },
  ],
};

function listener({ scenario, id, modules }: Staged, accessLog: string): object {
  const manager = {
    "@type": MANAGER,
    stat_prefix: id,
    route_config: {
      virtual_hosts: [
        {
          name: "all",
          domains: ["*"],
          routes: [
            { name: "route", match: { prefix: "/" }, route: { cluster: clusterName(id, "upstream") } },
          ],
        },
      ],
    },
    http_filters: [
      ...scenario.plugins.map((plugin, index) => filter(plugin, index, id, modules[index]!)),
      ROUTER,
    ],
    http_protocol_options: { enable_trailers: true },
    // After a local response Envoy otherwise waits a second before it closes.
    delayed_close_timeout: "0.05s",
    access_log: [fileAccessLog(id, accessLog)],
    ...scenario.manager,
  };
  return {
    name: id,
    address: address("127.0.0.1:0"),
    ...(scenario.bufferLimit !== undefined && { per_connection_buffer_limit_bytes: scenario.bufferLimit }),
    filter_chains: [
      { filters: [{ name: "envoy.filters.network.http_connection_manager", typed_config: manager }] },
    ],
  };
}

function filter(plugin: Plugin, index: number, id: string, module: string): object {
  return {
    name: `${id}.${index}`,
    typed_config: {
      "@type": `${TYPE}envoy.extensions.filters.http.wasm.v3.Wasm`,
      config: {
        name: `${id}.${index}`,
        root_id: id,
        vm_config: {
          vm_id: `${id}-${plugin.vm ?? `own-${index}`}`,
          runtime: "envoy.wasm.runtime.v8",
          code: { local: { filename: module } },
          ...text("configuration", plugin.vmConfiguration),
        },
        ...text("configuration", plugin.configuration),
        ...plugin.options,
      },
    },
  };
}

function text(field: string, value: string | undefined): object {
  return value === undefined ? {} : { [field]: stringValue(value) };
}

function fileAccessLog(id: string, path: string): object {
  return {
    name: "envoy.access_loggers.file",
    typed_config: {
      "@type": `${TYPE}envoy.extensions.access_loggers.file.v3.FileAccessLog`,
      path,
      log_format: { text_format_source: { inline_string: `${id} ${ACCESS_FORMAT}\n` } },
    },
  };
}
