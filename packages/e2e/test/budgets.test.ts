import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { measurePlugin } from "../../../scripts/docs/measured-plugin.ts";
import { PLUGINS, exampleConfiguration } from "../../../scripts/docs/readmes.ts";
import { objectsOfRequest } from "../../../scripts/budgets/objects.ts";
import { machineCodeOf } from "../../../scripts/budgets/machine-code.ts";
import { RUNTIMES, pagesAfter } from "../../../scripts/budgets/soak.ts";
import { overBudget, readBudgets } from "../../../scripts/budgets/budgets.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const REQUESTS = 100_000;
const LIMIT_MS = 60_000;
const budgets = readBudgets(root);

describe.for(PLUGINS)("%s", (name) => {
  test("costs no more than its budget", async () => {
    const folder = `${root}packages/${name}`;
    const { loadsOn, ...figures } = await measurePlugin(folder, name, exampleConfiguration(folder));
    expect(loadsOn).toContain("Higress");
    expect(overBudget(figures, budgets[name]!)).toEqual([]);
  });
  test("makes no more objects for a request than its budget", () => {
    const objects = objectsOfRequest(`${root}packages/${name}`, name);
    expect(overBudget({ objects }, budgets[name]!)).toEqual([]);
  });
  test.runIf(process.arch === "x64")("is compiled to no more machine code than its budget, on x64", () => {
    const machineCode = machineCodeOf(`${root}packages/${name}/dist/${name}.wasm`);
    expect(overBudget({ machineCode }, budgets[name]!)).toEqual([]);
  });
  test.for(RUNTIMES)(
    "keeps its memory for the %s runtime within its budget",
    { timeout: LIMIT_MS },
    (runtime) => {
      const pages = Math.max(...pagesAfter(`${root}packages/${name}`, name, runtime, [REQUESTS]));
      expect(overBudget({ pages }, budgets[name]!)).toEqual([]);
    },
  );
});

test("a figure over its budget is told with both", () => {
  const budget = budgets["hello-world"]!;
  expect(overBudget({ bytes: budget.bytes + 1, entries: budget.entries }, budget)).toEqual([
    `bytes: ${budget.bytes + 1}, budget ${budget.bytes}`,
  ]);
});
