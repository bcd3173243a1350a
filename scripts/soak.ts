// Sends each plugin, in both runtimes, a number of requests on the least host there can be, ten million unless told otherwise, and compares its
// memory with the budget: `node scripts/dist/soak.js [requests]`, after a build.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { overBudget, readBudgets } from "./budgets/budgets.ts";
import { RUNTIMES, pagesAfter } from "./budgets/soak.ts";
import { PLUGINS } from "./docs/readmes.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const most = Number(process.argv[2] ?? 10_000_000);
const counts = [10_000, 100_000, 1_000_000, 10_000_000, most].filter(
  (count, i, all) => count <= most && all.indexOf(count) === i,
);

const budgets = readBudgets(root);
for (const name of PLUGINS)
  for (const runtime of RUNTIMES) {
    const found = pagesAfter(join(root, "packages", name), name, runtime, counts);
    const pages = Math.max(...found);
    const told = counts.map((count, i) => `${found[i]} after ${count.toLocaleString("en")}`).join(", ");
    console.log(`${name}, ${runtime}: pages ${told}; budget ${budgets[name]!.pages}`);
    if (overBudget({ pages }, budgets[name]!).length > 0) process.exitCode = 1;
  }
