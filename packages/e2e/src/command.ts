import { spawn, type ChildProcess } from "node:child_process";

export interface Finished {
  /** null when a signal ended it. */
  code: number | null;
  stdout: string;
  stderr: string;
}

export interface Running {
  child: ChildProcess;
  finished: Promise<Finished>;
  /** Resolves with the match as soon as stdout has it; rejects when the process ends without. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
}

/** Starts a program and listens to what it prints. */
export function start(
  program: string,
  args: readonly string[],
  options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
): Running {
  const child = spawn(program, args, { ...options, stdio: ["ignore", "pipe", "pipe"] });
  let stdout = "";
  let stderr = "";
  const waiting = new Set<() => void>();
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    for (const check of waiting) check();
  });
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const finished = new Promise<Finished>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ code, stdout, stderr }));
  });
  const printed = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const match = pattern.exec(stdout);
        if (match !== null) resolve(match);
      };
      waiting.add(check);
      check();
      finished.then(() => reject(new Error(`ended without ${pattern}:\n${stdout}${stderr}`)), reject);
    });
  return { child, finished, printed };
}

/** Runs a program to its end; rejects with what it printed unless it ends with 0. */
export async function run(
  program: string,
  args: readonly string[],
  options?: Parameters<typeof start>[2],
): Promise<string> {
  const { code, stdout, stderr } = await start(program, args, options).finished;
  if (code !== 0) throw new Error(`${program} ${args.join(" ")} ended with ${code}:\n${stdout}${stderr}`);
  return stdout;
}
