// Counts the instructions of a request with valgrind and compares them with the budgets; not on clocks, which vary by half.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { overBudget, readBudgets } from "./budgets/budgets.ts";
import { EAGER } from "./budgets/machine-code.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const driver = fileURLToPath(new URL("budgets/driver.js", import.meta.url));
const FEW = 5_000;
const MANY = 55_000;
const PLUGINS: [name: string, configuration?: string][] = [
  ["hello-world"],
  ["mock-response", '{"mockEnable":false}'],
];

const folder = mkdtempSync(join(tmpdir(), "instructions-"));
const budgets = readBudgets(root);
for (const [name, configuration] of PLUGINS) {
  const file = join(root, "packages", name, "dist", `${name}.wasm`);
  const [few, many] = [FEW, MANY].map((requests) => instructions(requests, file, configuration));
  const figure = Math.round((many! - few!) / (MANY - FEW));
  console.log(`${name}: ${figure} instructions a request, budget ${budgets[name]!.instructions}`);
  if (overBudget({ instructions: figure }, budgets[name]!).length > 0) process.exitCode = 1;
}
rmSync(folder, { recursive: true });

function instructions(requests: number, file: string, configuration?: string): number {
  const out = join(folder, "callgrind.out");
  const valgrind = ["--tool=callgrind", "--smc-check=all-non-file", `--callgrind-out-file=${out}`];
  // And the same way every time.
  const node = [...EAGER, "--hash-seed=1", "--random-seed=1"];
  const run = [driver, String(requests), file, ...(configuration === undefined ? [] : [configuration])];
  const { status, stderr } = spawnSync("valgrind", [...valgrind, process.execPath, ...node, ...run], {
    encoding: "utf8",
  });
  const total = status === 0 ? /^(?:summary|totals): (\d+)/m.exec(readFileSync(out, "utf8"))?.[1] : undefined;
  if (total === undefined) throw new Error(`valgrind: ${stderr}`);
  return Number(total);
}
