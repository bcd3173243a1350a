import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe } from "vitest";
import type { StartOptions } from "../testing/options.ts";
import type { ProfileName } from "../gateway/options.ts";
import { PROFILES } from "../profile/profile.ts";
import { readModuleInterface } from "../vm/module-interface.ts";

/** Options of `startGateway` in which variants differ. */
export type Variation = Partial<Omit<StartOptions, "plugin" | "plugins" | "profile">>;

/** The builds of a plugin: files, or a folder. */
export type Builds = readonly string[] | { directory: string | URL };

/** One build of a plugin on one gateway; pass it to `startGateway` along with a configuration. */
export interface PluginVariant extends Variation {
  plugin: string;
  profile: ProfileName;
}

/**
 * Runs one suite over every build of a plugin and every gateway that has what the build imports. Each pair is a suite
 * of its own, titled `<name> (<file>, <profile>)`, and with variations `<name> (<file>, <profile>, <variation>)`.
 *
 * @param files the builds; or the folder (as a URL it does not depend on the working directory) that holds `<name>.wasm`, `<name>.debug.wasm`, `<name>.incremental.wasm`...
 * @param variations options to run it with besides, by the words that the title has for them: `{ "whole bodies": {}, "cut bodies": { chunks: 7 } }`
 */
export function describePlugin(
  name: string,
  files: Builds,
  suite: (variant: PluginVariant) => void,
  variations: Record<string, Variation> = { "": {} },
): void {
  const paths = "directory" in files ? builds(name, files.directory) : files;
  if (paths.length === 0) throw new Error(missing(name, "directory" in files ? files.directory : undefined));
  for (const plugin of paths) {
    const { imports } = readModuleInterface(readFileSync(plugin));
    for (const { name: profile, hostFunctions } of Object.values(PROFILES)) {
      if (!imports.every((entry) => hostFunctions.has(`${entry.module}.${entry.name}`))) continue;
      const file = plugin.split(/[\\/]/).pop() ?? plugin;
      for (const [title, variation] of Object.entries(variations)) {
        const variant = [file, profile, title].filter(Boolean).join(", ");
        describe(`${name} (${variant})`, () => suite({ plugin, profile, ...variation }));
      }
    }
  }
}

function missing(name: string, directory: string | URL | undefined): string {
  const [other] = directory === undefined ? [] : modulesIn(directory);
  if (other === undefined) return `There is no build of ${name}: build the plugin first (npm run build).`;
  return `There is no build of ${name}, but of ${other.split(".")[0]}: is that its new name? Give it to describePlugin.`;
}

function builds(name: string, directory: string | URL): string[] {
  return modulesIn(directory)
    .filter((file) => file === `${name}.wasm` || file.startsWith(`${name}.`))
    .map((file) => join(pathOf(directory), file));
}
function modulesIn(directory: string | URL): string[] {
  const path = pathOf(directory);
  return existsSync(path)
    ? readdirSync(path)
        .filter((file) => file.endsWith(".wasm"))
        .sort()
    : [];
}
function pathOf(directory: string | URL): string {
  return directory instanceof URL ? fileURLToPath(directory) : directory;
}
