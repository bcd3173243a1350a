import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import asc from "assemblyscript/asc";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const OUTPUT = join(PACKAGE, "../../node_modules/.cache/gateway-plugins-e2e");

const TARGETS = {
  release: ["-O3", "--shrinkLevel", "2", "--converge"],
  debug: ["--debug", "--sourceMap"],
} as const;

export interface Compilation {
  /** Path of the module; null when the compiler refused the plugin. */
  readonly wasm: string | null;
  /** What the compiler said. */
  readonly messages: string;
}

/** Compiles `fixtures/<name>.ts` as an author's plain asc would. */
export async function tryCompile(
  name: string,
  target: keyof typeof TARGETS = "release",
): Promise<Compilation> {
  await mkdir(OUTPUT, { recursive: true });
  const wasm = join(OUTPUT, `${name}.${target}.wasm`);
  const stderr = asc.createMemoryStream();
  const options = [
    "--baseDir",
    PACKAGE,
    "--transform",
    "@gateway-plugins/sdk/transform",
    "--runtime",
    "minimal",
    "--outFile",
    wasm,
  ];
  const { error } = await asc.main([`fixtures/${name}.ts`, ...options, ...TARGETS[target]], { stderr });
  const messages = stderr.toString();
  return {
    wasm: error === null ? wasm : null,
    messages: error === null ? messages : `${messages}\n${error.message}`,
  };
}

/** As `tryCompile`; rejects with the compiler's messages. */
export async function compile(name: string, target?: keyof typeof TARGETS): Promise<string> {
  const { wasm, messages } = await tryCompile(name, target);
  if (wasm === null) throw new Error(`fixtures/${name}.ts does not compile:\n${messages}`);
  return wasm;
}
