import { basename, resolve } from "node:path";
import { readModule } from "../plugin/inspect.ts";
import { buildGateway, type ServedPlugin } from "./build-gateway.ts";
import type { GatewayFlags } from "./gateway-flags.ts";
import type { Input } from "./input.ts";
import { readConfigurations } from "./read-configurations.ts";
import type { Targets } from "./targets.ts";

/** Modules in the order given, with what `--config` says by position. */
export function fromPlugins(
  files: string[],
  configs: string[],
  flags: GatewayFlags,
  targets: Targets,
): Input {
  return {
    async read(look) {
      const configurations = readConfigurations(configs, files.length, look);
      const plugins = files.map((file, index) => readPlugin(file, configurations[index] ?? "", look));
      return buildGateway(plugins, flags, targets);
    },
  };
}

export function readPlugin(file: string, configuration: string, look: (file: string) => void): ServedPlugin {
  look(file);
  const name = basename(file, ".wasm").replace(/\.debug$/, "");
  const code = { bytes: new Uint8Array(readModule(file)), path: resolve(file) };
  return { name, rootId: "", code, configuration, failOpen: false };
}
