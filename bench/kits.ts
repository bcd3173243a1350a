import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { milliseconds, root, type Row } from "./row.ts";

const run = promisify(execFile);
const LIMIT_MS = 15 * 60_000;

/** One test, the same in each kit: by itself, and as a command with a warm build. */
export async function kits(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), "go-kit-"));
  const built = join(folder, "wasm-unit-test.wasm");
  try {
    cpSync(join(root, "bench/go-kit"), folder, { recursive: true });
    cpSync(join(root, "packages/e2e/foreign/go/http-call/main.go"), join(folder, "main.go"));
    const go = (name: string) => () =>
      run("go", ["test", "-count=1", "-run", `${name}$`, "-v", "."], {
        cwd: folder,
        timeout: LIMIT_MS,
        // What the first run has built, where it has built it.
        env: { ...process.env, ...(existsSync(built) && { WASM_FILE_PATH: built }) },
      });
    const ours = () =>
      run("npx", ["vitest", "run", "--config", "bench/kit/vitest.config.ts"], {
        cwd: root,
        timeout: LIMIT_MS,
      });
    return [
      ...(await time("this kit", ours)),
      ...(await time("Go's kit, Go mode", go("TestGo"))),
      ...(await time("Go's kit, wasm mode", go("TestWasm"))),
    ];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function time(name: string, test: () => Promise<{ stdout: string; stderr: string }>): Promise<Row[]> {
  // The first run builds and fills caches.
  await test();
  const begin = performance.now();
  const { stdout, stderr } = await test();
  const whole = performance.now() - begin;
  const printed = stdout + stderr;
  const passed = /--- PASS: Test\w+ \(([\d.]+)s\)/.exec(printed)?.[1];
  const took = passed === undefined ? Number(/TOOK ([\d.]+) ms/.exec(printed)?.[1]) : Number(passed) * 1000;
  return [
    {
      what: `${name}: the test, with the plugin's load`,
      figure: took === 0 ? "under 10 ms" : milliseconds(took),
    },
    { what: `${name}: the whole command`, figure: milliseconds(whole) },
  ];
}
