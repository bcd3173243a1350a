import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { assemble } from "@gateway-plugins/test-parts/guests/assemble";

const PATIENCE_MS = 30_000;
const BIN = fileURLToPath(new URL("../bin/gateway.js", import.meta.url));

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs the built command to its end. */
export async function gateway(...args: string[]): Promise<Finished> {
  const { finished } = start(...args);
  return finished;
}

export interface Started {
  child: ChildProcess;
  finished: Promise<Finished>;
  /** Resolves with the match as soon as stdout or stderr has it; rejects when the process ends without. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
  /** What stdout and stderr hold so far. */
  output(): string;
}

export function start(...args: string[]): Started {
  return startIn(process.cwd(), ...args);
}

export function startIn(folder: string, ...args: string[]): Started {
  const child = spawn(process.execPath, [BIN, ...args], { cwd: folder });
  let stdout = "";
  let stderr = "";
  const checks = new Set<() => void>();
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    for (const check of checks) check();
  });
  child.stderr.on("data", (chunk: Buffer) => {
    stderr += chunk.toString();
    for (const check of checks) check();
  });
  const finished = new Promise<Finished>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  const printed = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const match = pattern.exec(stdout) ?? pattern.exec(stderr);
        if (match !== null) resolve(match);
      };
      checks.add(check);
      check();
      const fail = (how: string): void => reject(new Error(`${how} without ${pattern}:\n${stdout}${stderr}`));
      void finished.then(() => fail("ended"));
      setTimeout(() => fail("still runs"), PATIENCE_MS).unref();
    });
  return { child, finished, printed, output: () => stdout + stderr };
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "gateway-cli-"));
}

/** Writes a module that gateways load; `body` are more WAT declarations, imports in front. */
export function writeModule(file: string, imports = "", body = ""): string {
  const text = `(module ${imports} (memory (export "memory") 1)
    (func (export "proxy_abi_version_0_2_1"))
    (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 1024)) ${body})`;
  writeFileSync(file, assemble(text));
  return file;
}
