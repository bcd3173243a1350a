import { execFile, execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { findInPath } from "@gateway-plugins/test-parts/executables";

const SOURCES = fileURLToPath(new URL("../foreign", import.meta.url));
const OUTPUT = fileURLToPath(
  new URL("../../../node_modules/.cache/gateway-plugins-e2e/foreign", import.meta.url),
);
const RUST_TARGET = "wasm32-wasip1";
const run = promisify(execFile);

/** The path of cargo, when Rust's standard library for WebAssembly is there too. */
export function findRustForWasm(): string | null {
  const cargo = findInPath("cargo");
  if (cargo === null || findInPath("rustc") === null) return null;
  try {
    const question = ["--print", "target-libdir", "--target", RUST_TARGET];
    const library = execFileSync("rustc", question, { encoding: "utf8", cwd: SOURCES, stdio: "pipe" }).trim();
    return existsSync(library) ? cargo : null;
  } catch {
    return null;
  }
}

/** Compiles `foreign/go/<name>` as the guide for Go plugins says; answers with the module's path. */
export async function buildGo(name: string): Promise<string> {
  await mkdir(OUTPUT, { recursive: true });
  const wasm = join(OUTPUT, `${name}.wasm`);
  await run("go", ["build", "-buildmode=c-shared", "-o", wasm, `./${name}`], {
    cwd: join(SOURCES, "go"),
    env: { ...process.env, GOOS: "wasip1", GOARCH: "wasm" },
  });
  return wasm;
}

/** Compiles `foreign/rust`; answers with the module's path. */
export async function buildRust(): Promise<string> {
  const target = join(OUTPUT, "rust");
  await run("cargo", ["build", "--quiet", "--release", "--target", RUST_TARGET, "--target-dir", target], {
    cwd: join(SOURCES, "rust"),
  });
  return join(target, RUST_TARGET, "release", "foreign.wasm");
}
