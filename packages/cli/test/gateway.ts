import { spawn, type ChildProcess } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import binaryen from "binaryen";

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
  /** Resolves with the match as soon as stdout has it; rejects when the process ends without. */
  printed(pattern: RegExp): Promise<RegExpExecArray>;
}

export function start(...args: string[]): Started {
  const child = spawn(process.execPath, [BIN, ...args]);
  let stdout = "";
  let stderr = "";
  const checks = new Set<() => void>();
  child.stdout.on("data", (chunk: Buffer) => {
    stdout += chunk.toString();
    for (const check of checks) check();
  });
  child.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
  const finished = new Promise<Finished>((resolve) => {
    child.on("close", (code) => resolve({ code, stdout, stderr }));
  });
  const printed = (pattern: RegExp): Promise<RegExpExecArray> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        const match = pattern.exec(stdout);
        if (match !== null) resolve(match);
      };
      checks.add(check);
      check();
      void finished.then(() => reject(new Error(`ended without ${pattern}:\n${stdout}${stderr}`)));
    });
  return { child, finished, printed };
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "gateway-cli-"));
}

/** Writes a module that gateways load; `body` are more WAT declarations, imports in front. */
export function writeModule(file: string, imports = "", body = ""): string {
  const text = `(module ${imports} (memory (export "memory") 1)
    (func (export "proxy_abi_version_0_2_1"))
    (func (export "proxy_on_memory_allocate") (param i32) (result i32) (i32.const 1024)) ${body})`;
  writeFileSync(file, binaryen.parseText(text).emitBinary());
  return file;
}
