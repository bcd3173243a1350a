import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { Failure } from "../command.ts";

/** Where a plugin's project writes its artifacts. */
export interface PluginFolder {
  folder: string;
  /** The package's name without scope. */
  name: string;
  /** As asconfig.json says, relative to the folder; by default `dist/<name>.wasm`. */
  releaseFile: string;
  /** By default `dist/<name>.debug.wasm`. */
  debugFile: string;
}

interface AsConfig {
  targets?: Record<string, { outFile?: string } | undefined>;
}

/** @throws Failure when there is no plugin in the folder */
export function readPluginFolder(folder: string): PluginFolder {
  if (!existsSync(join(folder, "asconfig.json"))) {
    throw new Failure(
      "no-plugin-folder",
      `There is no asconfig.json in ${folder}. Go to a plugin's folder, or name a .wasm file.`,
    );
  }
  const manifest = readJson<{ name?: string }>(join(folder, "package.json"));
  const { targets } = readJson<AsConfig>(join(folder, "asconfig.json"));
  const name = manifest.name?.replace(/^@[^/]*\//, "");
  if (!name)
    throw new Failure(
      "no-plugin-folder",
      `${join(folder, "package.json")}: name is missing; the artifact is called after it.`,
    );
  for (const target of ["release", "debug"]) {
    if (targets?.[target] === undefined) {
      throw new Failure(
        "no-plugin-folder",
        `${join(folder, "asconfig.json")}: targets.${target} is missing; gateway build compiles it.`,
      );
    }
  }
  return {
    folder,
    name,
    releaseFile: targets?.["release"]?.outFile ?? `dist/${name}.wasm`,
    debugFile: targets?.["debug"]?.outFile ?? `dist/${name}.debug.wasm`,
  };
}

function readJson<T>(file: string): T {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as T;
  } catch (error) {
    throw new Failure("no-plugin-folder", `${file}: ${(error as Error).message}`);
  }
}
