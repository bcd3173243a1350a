import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, realpath } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { run } from "./command.ts";

/** What npm and vitest tell the programs they start; a stranger's shell has none of it. */
const OURS =
  /^(npm_(package|lifecycle|config_(local_prefix|workspace)|command|execpath|node_execpath)|VITEST|NODE_ENV$|NODE_OPTIONS$|NODE_PATH$|INIT_CWD$|GATEWAY_)/i;

function environment(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !OURS.test(name));
  const path = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => !folder.includes("node_modules"));
  return { ...Object.fromEntries(kept), PATH: path.join(delimiter) };
}

/** Starts a program that serves, as `runAsStranger` runs one that ends; resolves with what `ready` matches in its output. */
export async function startAsStranger(
  folder: string,
  program: string,
  args: string[],
  ready: RegExp,
): Promise<{ match: RegExpExecArray; stop(): Promise<void> }> {
  const child = spawn(program, args, { cwd: folder, env: environment(), stdio: ["ignore", "pipe", "pipe"] });
  const closed = once(child, "close");
  let output = "";
  const match = await new Promise<RegExpExecArray>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      output += chunk.toString();
      const found = ready.exec(output);
      if (found !== null) resolve(found);
    };
    child.stdout.on("data", read);
    child.stderr.on("data", read);
    child.once("error", reject);
    child.once("close", () => reject(new Error(`${program} ${args.join(" ")} ended:\n${output}`)));
  });
  const stop = async (): Promise<void> => {
    child.kill("SIGTERM");
    await closed;
  };
  return { match, stop };
}

/** Runs a program in a folder as somebody would who has never seen this checkout; rejects unless it ends with 0. */
export async function runAsStranger(folder: string, program: string, ...args: string[]): Promise<string> {
  return run(program, args, { cwd: folder, env: environment() });
}

export async function emptyFolder(): Promise<string> {
  return realpath(await mkdtemp(join(tmpdir(), "stranger-")));
}

/** Packs a package's folder as `npm publish` would; resolves with the tarball's path. */
export async function pack(packageFolder: string, destination: string): Promise<string> {
  const printed = await runAsStranger(packageFolder, "npm", "pack", "--pack-destination", destination);
  return join(destination, printed.trim().split("\n").at(-1)!);
}

/** Paths in a tarball of npm's, without the `package/` that all begin with. */
export async function filesIn(tarball: string): Promise<string[]> {
  const printed = await run("tar", ["-tzf", tarball]);
  return printed
    .trim()
    .split("\n")
    .map((path) => path.replace(/^package\//, ""));
}
