import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../command.ts";
import { nearest } from "../nearest.ts";
import { Compiler } from "../plugin/compiler.ts";
import { readPluginFolder } from "../plugin/plugin-folder.ts";
import { buildGateway } from "./build-gateway.ts";
import { readPlugin } from "./from-plugins.ts";
import type { GatewayFlags } from "./gateway-flags.ts";
import type { Input } from "./input.ts";
import { readConfigurations } from "./read-configurations.ts";
import type { Targets } from "./targets.ts";

/** How a plugin's folder is served when flags do not say otherwise. */
interface DevJson {
  config?: unknown;
  upstream?: string;
  redis?: string;
  clusters?: Record<string, string>;
}

const KEYS = ["config", "upstream", "redis", "clusters"];

/** Builds the plugin of a folder and serves it, with what `dev.json` beside it says. */
export function fromFolder(
  folder: string,
  target: "debug" | "release",
  configs: string[],
  flags: GatewayFlags,
  targets: Targets,
): Input {
  const compiler = new Compiler();
  /** Of the last build; empty when it failed. */
  let sources = new Set<string>();
  const isBuilt = (changed: ReadonlySet<string> | undefined): boolean =>
    changed !== undefined && sources.size > 0 && ![...changed].some((file) => sources.has(file));
  return {
    async read(look, changed) {
      for (const name of ["package.json", "asconfig.json", "dev.json"]) look(join(folder, name));
      const plugin = readPluginFolder(folder);
      const dev = readDevJson(join(folder, "dev.json"));
      const given = readConfigurations(configs, 1, look)[0];
      const configuration = given ?? (dev.config === undefined ? "" : JSON.stringify(dev.config));
      if (!isBuilt(changed)) {
        const read = new Set<string>();
        sources = new Set();
        await compiler.compile(plugin, target, (source) => {
          read.add(source);
          look(source);
        });
        sources = read;
      }
      for (const source of sources) look(source);
      const file = join(folder, target === "release" ? plugin.releaseFile : plugin.debugFile);
      return buildGateway(
        [{ ...readPlugin(file, configuration, () => undefined), name: plugin.name }],
        {
          ...flags,
          clusters: [...Object.entries(dev.clusters ?? {}), ...flags.clusters],
          upstream: flags.upstream ?? dev.upstream,
          redis: flags.redis ?? dev.redis,
        },
        targets,
      );
    },
    close: () => compiler.close(),
  };
}

function readDevJson(path: string): DevJson {
  if (!existsSync(path)) return {};
  const refuse = (message: string): never => {
    throw new Failure("file-unreadable", `${path}: ${message}`);
  };
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    return refuse((error as Error).message);
  }
  if (value === null || typeof value !== "object" || Array.isArray(value)) return refuse("must be an object");
  for (const key of Object.keys(value)) {
    if (KEYS.includes(key)) continue;
    const near = nearest(key, KEYS);
    refuse(
      `there is no key ${key}. ${near === undefined ? `Keys: ${KEYS.join(", ")}.` : `Did you mean ${near}?`}`,
    );
  }
  const dev = value as DevJson;
  for (const key of ["upstream", "redis"] as const) {
    if (dev[key] !== undefined && typeof dev[key] !== "string")
      refuse(`${key} must be a string, as its flag`);
  }
  const clusters: unknown = dev.clusters ?? {};
  const isMap =
    typeof clusters === "object" && Object.values(clusters as object).every((one) => typeof one === "string");
  return isMap ? dev : refuse("clusters must be an object of names and targets");
}
