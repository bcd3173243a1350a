import * as asc from "assemblyscript/asc";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const packageFolder = fileURLToPath(new URL("..", import.meta.url));
/** Where asc takes an author's file to be; nothing is there. */
const folder = join(packageFolder, "build");

export interface Compiled {
  /** Undefined when it does not compile. */
  wasm: Uint8Array | undefined;
  /** What asc printed. */
  messages: string;
}

export const RELEASE = ["--optimizeLevel", "3", "--shrinkLevel", "2", "--runtime", "minimal"];
export const DEBUG = ["--debug", "--runtime", "incremental"];
/** The two builds that differ most: linked with the minimal runtime, and not linked with the incremental one. */
export const BUILDS: [name: string, flags: string[]][] = [
  ["release", RELEASE],
  ["debug", DEBUG],
];

/** Compiles an author's file with plain asc and the transform, in this process; `before` stands in front of the transform. */
export async function compile(
  source: string,
  flags: string[] = RELEASE,
  before: string[] = [],
): Promise<Compiled> {
  const errors = asc.createMemoryStream();
  let wasm: Uint8Array | undefined;
  const { error } = await asc.main(
    [
      "plugin.ts",
      "--baseDir",
      folder,
      ...before,
      "--transform",
      join(packageFolder, "dist/transform/index.js"),
      "--outFile",
      "plugin.wasm",
      "--sourceMap",
      ...flags,
    ],
    {
      stderr: errors,
      stdout: asc.createMemoryStream(),
      readFile: (name) => (name === "plugin.ts" ? source : readLibrary(resolve(folder, name))),
      writeFile: (name, contents) => {
        if (name === "plugin.wasm") wasm = contents as Uint8Array;
      },
    },
  );
  const messages = errors.toString() + (error?.message ?? "");
  return { wasm: error ? undefined : wasm, messages };
}

const libraries = new Map<string, string | null>();
/** The SDK's files and json-as's, once for all plugins of a test file; null where there is none. */
function readLibrary(path: string): string | null {
  let text = libraries.get(path);
  if (text === undefined) libraries.set(path, (text = existsSync(path) ? readFileSync(path, "utf8") : null));
  return text;
}

const built = new Map<string, Promise<Uint8Array>>();
/** The same for a file that must compile; once for each test file. */
export function build(source: string, flags: string[] = RELEASE): Promise<Uint8Array> {
  const key = JSON.stringify([source, flags]);
  const present = built.get(key) ?? buildAnew(source, flags);
  built.set(key, present);
  return present;
}
export async function buildAnew(source: string, flags: string[] = RELEASE): Promise<Uint8Array> {
  const { wasm, messages } = await compile(source, flags);
  if (!wasm) throw new Error(messages);
  return wasm;
}
