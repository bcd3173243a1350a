import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { beforeAll, expect, test } from "vitest";

const packageFolder = fileURLToPath(new URL("../..", import.meta.url));
const VITEST = fileURLToPath(new URL("vitest.mjs", import.meta.resolve("vitest/package.json")));

interface Report {
  testResults: { assertionResults: { title: string; status: string; failureMessages: string[] }[] }[];
}

let results: Map<string, string>;
beforeAll(async () => {
  const args = [VITEST, "run", "--config", "test/kit/failing/vitest.config.ts", "--reporter=json"];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: packageFolder }).catch(
    (error: { stdout: string }) => error,
  );
  const report = JSON.parse(stdout.slice(stdout.indexOf("{"))) as Report;
  results = new Map(
    report.testResults.flatMap(({ assertionResults }) =>
      assertionResults.map(({ title, status, failureMessages }) => [
        title,
        `${status}: ${failureMessages.join("\n")}`,
      ]),
    ),
  );
}, 60_000);

test.each([
  ["trap", /trapping: trap: .*unreachable/],
  ["callout-unanswered", /callout-unanswered: GET \/auth to auth has no answer/],
  ["request-unfinished", /request-unfinished: GET \/slow has no response yet/],
  ["error-log", /error-log: something is wrong/],
  ["memory-growing", /memory-growing: memory went from \d+ to \d+ pages over the last 100 requests/],
])("fails a test that leaves a fault: %s, and says how to expect it", (title, message) => {
  expect(results.get(title)).toMatch(/^failed/);
  expect(results.get(title)).toMatch(message);
  expect(results.get(title)).toContain(`gateway.takeFault("${title}")`);
});

test("prints the request's trace with a failed expectation", () => {
  expect(results.get("a failed expectation")).toMatch(
    /expected 403 to be 200[^]*local response 403 \(denied\)/,
  );
});

test("tells tests apart that run at the same time", () => {
  expect(results.get("concurrent: passes")).toBe("passed: ");
  expect(results.get("concurrent: trap")).toMatch(/^failed: [^]*trap: /);
});

test.each(["a", "b"])("checks tests of files that share a module cache: file %s", (file) => {
  expect(results.get(`shared cache, file ${file}`)).toMatch(/^failed: [^]*trapping: trap: /);
});
