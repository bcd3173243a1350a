import { writeBootstrap } from "../../envoy/write-bootstrap.ts";
import type { GatewayConfig } from "../../gateway/config.ts";

type Json = Record<string, unknown>;

/** Envoy's `/config_dump`: the configuration as it was written, or as Envoy would be told of it. Modules by name only. */
export function configDump(config: GatewayConfig, loadedAt: Date): unknown {
  const bootstrap = (config.source ?? writeBootstrap(config)) as Json;
  const { listeners = [], clusters = [] } = (bootstrap["static_resources"] ?? {}) as Record<string, Json[]>;
  const last_updated = loadedAt.toISOString();
  const typed = (type: string, value: Json): Json => ({
    "@type": `type.googleapis.com/envoy.${type}`,
    ...value,
  });
  return {
    configs: [
      typed("admin.v3.BootstrapConfigDump", { bootstrap, last_updated }),
      typed("admin.v3.ClustersConfigDump", {
        static_clusters: clusters.map((cluster) => ({
          cluster: typed("config.cluster.v3.Cluster", cluster),
          last_updated,
        })),
      }),
      typed("admin.v3.ListenersConfigDump", {
        static_listeners: listeners.map((listener) => ({
          listener: typed("config.listener.v3.Listener", listener),
          last_updated,
        })),
      }),
    ],
  };
}
