// The repository's own rules, which no linter knows. `npm run lint` runs it after oxlint.
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, posix } from "node:path";
import { undocumented } from "./docs/sdk-reference.ts";
import { errorCodeProblems } from "./error-codes.ts";
import { LAYERINGS, type Layering } from "./layers.ts";

const MAX_LINES = 300;
const VAGUE_NAMES = new Set(["util", "utils", "helper", "helpers", "common", "misc", "shared"]);
const SET_ASIDE =
  /\b(?:describe|suite|it|test)(?:\.\w+)*\.(?:skip|only|todo)\b|\b(?:xit|xtest|xdescribe|fit|fdescribe)\(/;
const IMPORT = /^\s*(?:import|export)\s+(type\s)?(?:[^;"']*?\sfrom\s+)?"(\.[^"]+)"/gm;

const root = execFileSync("git", ["rev-parse", "--show-toplevel"], { encoding: "utf8" }).trim();
const files = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], {
  cwd: root,
  encoding: "utf8",
})
  .split("\0")
  .filter((file) => file !== "" && existsSync(join(root, file)));

const problems = [
  ...files.flatMap(vagueNames),
  ...files.filter((file) => /\.[cm]?[jt]s$/.test(file)).flatMap(sourceProblems),
  ...files.filter((file) => /^packages\/[^/]+\/package\.json$/.test(file)).flatMap(packageProblems),
  ...errorCodeProblems(root),
  ...undocumented(join(root, "packages/sdk")).map(
    (name) => `packages/sdk: ${name}: a public name has a doc comment`,
  ),
];
for (const problem of problems) console.error(problem);
if (problems.length > 0) {
  console.error(
    `${problems.length} of the repository's rules broken: repair them and run npm run lint again.`,
  );
  process.exitCode = 1;
}

function vagueNames(file: string): string[] {
  return file
    .split("/")
    .filter((name) => VAGUE_NAMES.has(name.replace(/\..*$/, "")))
    .map((name) => `${file}: the name "${name}" does not tell what is in it; name it after that`);
}

function sourceProblems(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const lines = text.replace(/\n$/, "").split("\n");
  const isTest = /(^|\/)test\/|\.test\.ts$/.test(file);
  if (isTest) {
    return lines.flatMap((line, index) =>
      SET_ASIDE.test(line) ? [`${file}:${index + 1}: a test runs or is deleted, it is not set aside`] : [],
    );
  }
  const tooLong =
    lines.length > MAX_LINES
      ? [`${file}: ${lines.length} lines, more than ${MAX_LINES}; split it by idea`]
      : [];
  return [...tooLong, ...LAYERINGS.flatMap((layering) => layerProblems(layering, file, text))];
}

function layerProblems(layering: Layering, file: string, text: string): string[] {
  if (!file.startsWith(`${layering.root}/`)) return [];
  const own = layerOf(layering, file);
  if (own === -1) return [`${file}: its folder is in no layer; add it to scripts/layers.ts`];
  return [...text.matchAll(IMPORT)].flatMap(([, type, specifier = ""]) => {
    if (type !== undefined && layering.typesMayPointUp) return [];
    const target = posix.join(posix.dirname(file), specifier);
    if (!target.startsWith(`${layering.root}/`) || layerOf(layering, target) <= own) return [];
    return [`${file}: imports "${specifier}" from a layer above its own; the order is in scripts/layers.ts`];
  });
}

function layerOf({ root: base, layers }: Layering, file: string): number {
  const path = file.slice(base.length + 1);
  const exact = layers.findIndex((names) => names.includes(path));
  return exact === -1 ? layers.findIndex((names) => names.includes(path.split("/")[0]!)) : exact;
}

function packageProblems(file: string): string[] {
  const folder = posix.dirname(file);
  const manifest = JSON.parse(readFileSync(join(root, file), "utf8")) as Record<string, unknown>;
  return [
    ...(existsSync(join(root, folder, "README.md")) ? [] : [`${folder}: README.md is missing`]),
    ...(manifest["license"] ? [] : [`${file}: "license" is missing`]),
    ...(manifest["description"] ? [] : [`${file}: "description" is missing or empty`]),
  ];
}
