import { readFileSync } from "node:fs";
import { join } from "node:path";

const CODES = "packages/test-host/src/gateway/error-codes.ts";
const PAGE = "docs/troubleshooting.md";

/** Every code has a paragraph on the page, and every paragraph a code. */
export function errorCodeProblems(root: string): string[] {
  const codes = matches(join(root, CODES), /^ {2}"?([a-z][a-z-]*)"?:\s*$|^ {2}"?([a-z][a-z-]*)"?: "/gm);
  const explained = matches(join(root, PAGE), /^### (.+)$/gm);
  const twice = explained.filter((code, index) => explained.indexOf(code) !== index);
  return [
    ...codes
      .filter((code) => !explained.includes(code))
      .map((code) => `${PAGE}: add "### ${code}" and what to do about it; ${CODES} has the code`),
    ...explained
      .filter((code) => !codes.includes(code))
      .map((code) => `${PAGE}: "### ${code}" explains a code that ${CODES} does not have`),
    ...twice.map((code) => `${PAGE}: "### ${code}" is there twice`),
  ];
}

function matches(file: string, pattern: RegExp): string[] {
  return [...readFileSync(file, "utf8").matchAll(pattern)].map((match) => match[1] ?? match[2] ?? "");
}
