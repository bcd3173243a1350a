import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe } from "vitest";
import type { ProfileName } from "../gateway/options.ts";
import { PROFILES } from "../profile/profile.ts";
import { readModuleInterface } from "../vm/module-interface.ts";

/** One build of a plugin on one gateway; pass it to `startGateway` along with a configuration. */
export interface PluginVariant {
  plugin: string;
  profile: ProfileName;
}

/**
 * Runs one suite over every build of a plugin and every gateway that has what the build imports. Each pair is a suite
 * of its own, titled `<name> (<file>, <profile>)`.
 *
 * @param files the builds; or the folder (as a URL it does not depend on the working directory) that holds `<name>.wasm`, `<name>.debug.wasm`, `<name>.incremental.wasm`...
 */
export function describePlugin(
  name: string,
  files: readonly string[] | { directory: string | URL },
  suite: (variant: PluginVariant) => void,
): void {
  const paths = "directory" in files ? builds(name, files.directory) : files;
  if (paths.length === 0)
    throw new Error(`There is no build of ${name}: build the plugin first (npm run build).`);
  for (const plugin of paths) {
    const { imports } = readModuleInterface(readFileSync(plugin));
    for (const { name: profile, hostFunctions } of Object.values(PROFILES)) {
      if (!imports.every((entry) => hostFunctions.has(`${entry.module}.${entry.name}`))) continue;
      const file = plugin.split(/[\\/]/).pop() ?? plugin;
      describe(`${name} (${file}, ${profile})`, () => suite({ plugin, profile }));
    }
  }
}

function builds(name: string, given: string | URL): string[] {
  const directory = given instanceof URL ? fileURLToPath(given) : given;
  if (!existsSync(directory)) return [];
  return readdirSync(directory)
    .filter((file) => file.endsWith(".wasm") && (file === `${name}.wasm` || file.startsWith(`${name}.`)))
    .sort()
    .map((file) => join(directory, file));
}
