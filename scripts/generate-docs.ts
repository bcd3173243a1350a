// Writes the generated parts of the READMEs; with --check only looks. Wants built plugins: `npm run docs` sees to that.
import { writeFileSync } from "node:fs";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { readmes } from "./docs/readmes.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const check = process.argv.includes("--check");

const outdated = (await readmes(root)).filter(({ before, after }) => before !== after);
for (const { file, after } of outdated) {
  if (!check) writeFileSync(file, after);
  console.log(`${relative(root, file)}: ${check ? "differs from what is built" : "written"}`);
}
if (check && outdated.length > 0) {
  console.error("Run npm run docs.");
  process.exitCode = 1;
}
