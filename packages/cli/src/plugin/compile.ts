import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { basename, join, resolve, sep } from "node:path";
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

export type Target = "release" | "debug";

interface Asc {
  main(
    argv: string[],
    options: {
      stdout: Sink;
      stderr: Sink;
      /** null: there is no such file. */
      readFile(name: string, folder: string): string | null;
    },
  ): Promise<{ error: Error | null }>;
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
    for (const target of options.releaseOnly ? (["release"] as const) : (["release", "debug"] as const))
      files.push(await compileTarget(asc, plugin, target, runtime));
  }
  return files;
}

/**
 * Compiles one target for one runtime.
 *
 * @param look told of each file that asc reads or looks for, by its real path, without libraries from node_modules
 * @returns the file written, relative to the folder
 * @throws Failure with what asc printed, when it does not compile
 */
export async function compileTarget(
  asc: Asc,
  plugin: PluginFolder,
  target: Target,
  runtime: Runtime,
  look: (file: string) => void = () => undefined,
): Promise<string> {
  const file = artifact(plugin, target, runtime);
  const args = ["--target", target, "--runtime", runtime, "--outFile", file, "--baseDir", plugin.folder];
  let printed = "";
  const sink = { write: (text: string | Uint8Array) => void (printed += text.toString()) };
  const readFile = (name: string, folder: string): string | null => {
    const path = realPath(resolve(folder, name));
    if (!path.includes(`${sep}node_modules${sep}`)) look(path);
    try {
      return readFileSync(path, "utf8");
    } catch {
      return null;
    }
  };
  const { error } = await asc.main(args, { stdout: sink, stderr: sink, readFile });
  if (error !== null) throw new Failure("compile-failed", printed.trim() || error.message);
  if (printed.trim() !== "") process.stderr.write(printed);
  return file;
}

/** Writes `<file>.sha256` beside a file, in the format that `sha256sum --check` reads. */
export function writeChecksum(folder: string, file: string): string {
  const digest = createHash("sha256")
    .update(readFileSync(join(folder, file)))
    .digest("hex");
  writeFileSync(join(folder, `${file}.sha256`), `${digest}  ${basename(file)}\n`);
  return `${file}.sha256`;
}

function artifact(plugin: PluginFolder, target: Target, runtime: Runtime): string {
  const file = target === "release" ? plugin.releaseFile : plugin.debugFile;
  return runtime === "minimal" ? file : file.replace(/((\.debug)?\.wasm)$/, ".incremental$1");
}

function realPath(path: string): string {
  return existsSync(path) ? realpathSync(path) : path;
}

/** The plugin's own compiler: its version is part of what makes an artifact. */
export async function loadAsc(folder: string): Promise<Asc> {
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
