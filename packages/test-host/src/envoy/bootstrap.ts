import { readFileSync } from "node:fs";
import type { ClusterConfig, GatewayConfig, ListenerConfig } from "../gateway/config.ts";
import { readAddress } from "./address.ts";
import { readCluster } from "./cluster.ts";
import { ConfigDocument } from "./document.ts";
import { readListener } from "./listener.ts";
import { EnvoyConfigError } from "./problems.ts";
import { Value } from "./value.ts";
import type { LoadFile } from "./wasm-filter.ts";

export interface ReadEnvoyConfigOptions {
  /** For messages. Default `envoy.yaml`. */
  file?: string;
  /** Reads a module that the configuration names. Default: that path, from the working directory. */
  loadFile?: LoadFile;
}

/**
 * Reads a static Envoy bootstrap (`config.bootstrap.v3.Bootstrap`) in YAML or JSON. Nothing is dropped silently:
 * what this host does not simulate is refused, and so are references to clusters that do not exist.
 *
 * @throws {EnvoyConfigError} with every problem found, each with its line and JSON path
 */
export function readEnvoyConfig(text: string, options: ReadEnvoyConfigOptions = {}): GatewayConfig {
  const document = new ConfigDocument(text);
  const uses: { cluster: string; at: Value }[] = [];
  let config: GatewayConfig | undefined;
  if (document.problems.length === 0) {
    config = readBootstrap(
      new Value(document, document.root, ""),
      options.loadFile ?? loadFromDisk,
      (cluster, at) => uses.push({ cluster, at }),
    );
    const known = new Set(config?.clusters.map((cluster) => cluster.name));
    for (const { cluster, at } of uses) {
      if (!known.has(cluster))
        at.problem(`cluster ${JSON.stringify(cluster)} is not under static_resources.clusters`);
    }
  }
  if (document.problems.length > 0 || config === undefined) {
    throw new EnvoyConfigError(options.file ?? "envoy.yaml", document.problems);
  }
  return { ...config, source: document.plain(document.root) };
}

function readBootstrap(
  root: Value,
  loadFile: LoadFile,
  uses: (cluster: string, at: Value) => void,
): GatewayConfig | undefined {
  return root.message("Bootstrap", (message) => {
    const admin = message.optional("admin")?.message("Admin", (it) => readAddress(it.optional("address"), 0));
    const resources = message.required("static_resources")?.message("StaticResources", (it) => {
      const listeners = it.required("listeners")?.list() ?? [];
      const clusters = it.optional("clusters")?.list() ?? [];
      return {
        listeners: eachOnce(listeners, (item, index) => readListener(item, index, loadFile, uses)),
        clusters: eachOnce(clusters, (item) => readCluster(item)),
      };
    });
    return resources && { ...resources, ...(admin !== undefined && { admin }) };
  });
}

function eachOnce<T extends ListenerConfig | ClusterConfig>(
  items: Value[],
  read: (item: Value, index: number) => T | undefined,
): T[] {
  const names = new Set<string>();
  return items.flatMap((item, index) => {
    const result = read(item, index);
    if (result === undefined) return [];
    if (names.has(result.name)) item.problem(`the name ${JSON.stringify(result.name)} is there twice`);
    names.add(result.name);
    return [result];
  });
}

function loadFromDisk(filename: string): { bytes: Uint8Array; path: string } {
  try {
    return { bytes: readFileSync(filename), path: filename };
  } catch {
    throw new Error(
      `there is no readable file ${filename}; build it, or map the name with --wasm ${filename}=<file>`,
    );
  }
}
