import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe } from "vitest";
import type { ProfileName } from "../gateway/options.ts";

/** One way a plugin was built, on one kind of gateway. */
export interface Build {
  /** The module's file. */
  plugin: string;
  profile: ProfileName;
}

const VARIANTS = [
  ["release", ""],
  ["debug", ".debug"],
  ["release, incremental runtime", ".incremental"],
  ["debug, incremental runtime", ".incremental.debug"],
] as const;

/**
 * Runs a suite once for each build of a plugin that `gateway build` has left in `dist`, on each gateway. The titles name both. Throws when
 * the release build is missing, or, under GATEWAY_REQUIRE_BUILDS=1, any of the four.
 *
 * @param name of the plugin: `dist/<name>.wasm`
 * @param options.profiles default both; a plugin that imports Redis functions loads on `higress` only
 * @param options.directory default `dist`
 */
export function describeBuilds(
  name: string,
  options: { profiles?: readonly ProfileName[]; directory?: string },
  suite: (build: Build) => void,
): void {
  const directory = options.directory ?? "dist";
  for (const [title, suffix] of VARIANTS) {
    const plugin = join(directory, `${name}${suffix}.wasm`);
    if (!existsSync(plugin)) {
      if (suffix === "" || process.env["GATEWAY_REQUIRE_BUILDS"] === "1") throw new Error(`${plugin} is missing: run npm run build first`);
      continue;
    }
    for (const profile of options.profiles ?? ["envoy", "higress"]) {
      describe(`${name} (${title}) on ${profile}`, () => suite({ plugin, profile }));
    }
  }
}
