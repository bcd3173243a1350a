import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readEnvoyConfig, type GatewayConfig } from "@gateway-plugins/test-host/live";
import { Failure, UsageError } from "../command.ts";
import { nearest } from "../nearest.ts";
import type { Targets } from "./targets.ts";

/**
 * Reads an Envoy configuration and gives its clusters and modules the places that flags name. A module that is not
 * where the file says is looked for under its base name beside the file; `notes` says so.
 */
export async function configFromEnvoy(
  file: string,
  clusters: [name: string, target: string][],
  modules: [name: string, path: string][],
  targets: Targets,
): Promise<{ config: GatewayConfig; notes: string[] }> {
  const notes: string[] = [];
  const mapped = new Map(modules);
  const loadFile = (filename: string): { bytes: Uint8Array; path: string } => {
    const wanted = mapped.get(filename) ?? filename;
    const beside = join(dirname(file), basename(filename));
    const path = !mapped.has(filename) && !existsSync(wanted) && existsSync(beside) ? beside : wanted;
    if (path === beside && path !== wanted) notes.push(`${filename} is not there: using ${beside}`);
    if (!existsSync(path)) {
      throw new Error(`there is no file ${path}; build it, or map the name: --wasm ${filename}=<file>`);
    }
    return { bytes: new Uint8Array(readFileSync(path)), path };
  };
  const config = read(file, loadFile);
  for (const [name, target] of clusters) {
    const cluster = config.clusters.find((one) => one.name === name);
    if (cluster === undefined) {
      const names = config.clusters.map((one) => one.name);
      const near = nearest(name, names);
      const hint = near === undefined ? `It has ${names.join(", ") || "none"}.` : `Did you mean ${near}?`;
      throw new UsageError(`--cluster ${name}: ${file} has no such cluster. ${hint}`);
    }
    cluster.endpoints = [await targets.resolve(target, "--cluster")];
  }
  return { config, notes };
}

function read(
  file: string,
  loadFile: NonNullable<Parameters<typeof readEnvoyConfig>[1]>["loadFile"],
): GatewayConfig {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (error) {
    throw new Failure(
      "file-unreadable",
      `${file}: cannot be read (${(error as NodeJS.ErrnoException).code}).`,
    );
  }
  return readEnvoyConfig(text, { file, loadFile });
}
