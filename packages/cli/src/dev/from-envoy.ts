import { existsSync, readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { readEnvoyConfig, type LoadFile } from "@gateway-plugins/test-host/live";
import { UsageError } from "../command.ts";
import { nearest } from "../nearest.ts";
import type { Input } from "./input.ts";
import { readTextFile } from "./read-text-file.ts";
import type { Targets } from "./targets.ts";

type Pairs = [name: string, target: string][];

/** An Envoy configuration, with its clusters and modules in the places that flags name. */
export function fromEnvoy(file: string, clusters: Pairs, modules: Pairs, targets: Targets): Input {
  return {
    async read(look) {
      look(file);
      const notes: string[] = [];
      const loadFile = moduleLoader(file, modules, look, (note) => void notes.push(note));
      const config = readEnvoyConfig(readTextFile(file), { file, loadFile });
      for (const [name, target] of clusters) {
        const cluster = config.clusters.find((one) => one.name === name);
        if (cluster === undefined) {
          const names = config.clusters.map((one) => one.name);
          const near = nearest(name, names);
          const hint = near === undefined ? `It has ${names.join(", ") || "none"}.` : `Did you mean ${near}?`;
          throw new UsageError(`--cluster ${name}: ${file} has no such cluster. ${hint}`);
        }
        cluster.endpoints = [await targets.resolve(target, "--cluster", name)];
      }
      return { config, notes };
    },
  };
}

/**
 * Reads a module that a configuration names: from where `--wasm` says; as named; or of that base name beside the
 * configuration, which is worth a note.
 */
export function moduleLoader(
  file: string,
  modules: Pairs,
  look: (file: string) => void,
  note: (text: string) => void,
): LoadFile {
  const mapped = new Map(modules);
  return (filename) => {
    const wanted = mapped.get(filename) ?? filename;
    const beside = join(dirname(file), basename(filename));
    const path = !mapped.has(filename) && !existsSync(wanted) && existsSync(beside) ? beside : wanted;
    look(path);
    if (path === beside && path !== wanted) note(`${filename} is not there: using ${beside}`);
    if (!existsSync(path)) {
      throw new Error(`there is no file ${path}; build it, or map the name: --wasm ${filename}=<file>`);
    }
    return { bytes: new Uint8Array(readFileSync(path)), path };
  };
}
