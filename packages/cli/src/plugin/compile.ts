import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join } from "node:path";
import { pathToFileURL } from "node:url";
import { Failure } from "../command.ts";
import type { PluginFolder } from "./plugin-folder.ts";

export const RUNTIMES = ["minimal", "incremental"] as const;
export type Runtime = (typeof RUNTIMES)[number];

export interface CompileOptions {
  /** Default: both. */
  runtimes?: readonly Runtime[];
  /** Leave the debug builds out. Default false. */
  releaseOnly?: boolean;
}

interface Asc {
  main(argv: string[], options: { stdout: Sink; stderr: Sink }): Promise<{ error: Error | null }>;
}

interface Sink {
  write(text: string | Uint8Array): void;
}

/**
 * Compiles a plugin with its own asc and its own asconfig.json, in this process. The incremental runtime's files carry
 * `.incremental` in front of their ending.
 *
 * @returns the files written, relative to the folder, the release build of the first runtime in front
 * @throws Failure with what asc printed, when it does not compile
 */
export async function compile(plugin: PluginFolder, options: CompileOptions = {}): Promise<string[]> {
  const asc = await loadAsc(plugin.folder);
  const files: string[] = [];
  for (const runtime of options.runtimes ?? RUNTIMES) {
    for (const target of options.releaseOnly ? (["release"] as const) : (["release", "debug"] as const)) {
      const file = artifact(plugin, target, runtime);
      const args = ["--target", target, "--runtime", runtime, "--outFile", file, "--baseDir", plugin.folder];
      await runAsc(asc, args);
      files.push(file);
    }
  }
  return files;
}

/** Writes `<file>.sha256` beside a file, in the format that `sha256sum --check` reads. */
export function writeChecksum(folder: string, file: string): string {
  const digest = createHash("sha256")
    .update(readFileSync(join(folder, file)))
    .digest("hex");
  writeFileSync(join(folder, `${file}.sha256`), `${digest}  ${basename(file)}\n`);
  return `${file}.sha256`;
}

function artifact(plugin: PluginFolder, target: "release" | "debug", runtime: Runtime): string {
  const file = target === "release" ? plugin.releaseFile : plugin.debugFile;
  return runtime === "minimal" ? file : file.replace(/((\.debug)?\.wasm)$/, ".incremental$1");
}

async function runAsc(asc: Asc, args: string[]): Promise<void> {
  let printed = "";
  const sink = { write: (text: string | Uint8Array) => void (printed += text.toString()) };
  const { error } = await asc.main(args, { stdout: sink, stderr: sink });
  if (error !== null) throw new Failure("compile-failed", printed.trim() || error.message);
  if (printed.trim() !== "") process.stderr.write(printed);
}

/** The plugin's own compiler: its version is part of what makes an artifact. */
async function loadAsc(folder: string): Promise<Asc> {
  try {
    const path = createRequire(join(folder, "package.json")).resolve("assemblyscript/dist/asc.js");
    return (await import(pathToFileURL(path).href)) as Asc;
  } catch {
    throw new Failure(
      "compiler-missing",
      `assemblyscript is not installed in ${folder}. Run: npm install --save-dev assemblyscript`,
    );
  }
}
