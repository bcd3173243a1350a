import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describeOnEnvoy } from "@gateway-plugins/e2e/real-parts";
import { format } from "prettier";
import { beforeAll, expect, test } from "vitest";
import { compare, type Comparison, report } from "../src/compare.ts";
import { corpus } from "../src/corpus.ts";
import { DIFFERENCES } from "../src/differences.ts";
import { startRealEnvoy } from "../src/engines/envoy.ts";
import { startHost } from "../src/engines/host.ts";
import { page } from "../src/page.ts";
import { prepare, runScenarios } from "../src/run.ts";

const PAGE = fileURLToPath(new URL("../../../docs/fidelity.md", import.meta.url));
/** `npm run fidelity` writes the page; `GATEWAY_FIDELITY_ONLY` runs the scenarios whose name has this text. */
const isWriting = process.env["GATEWAY_FIDELITY"] === "write";
const only = process.env["GATEWAY_FIDELITY_ONLY"] ?? "";

const chosen = corpus.filter(({ name }) => name.includes(only));

test("names every scenario once", () => {
  expect(corpus.length).toBe(new Set(corpus.map(({ name }) => name)).size);
});

describeOnEnvoy("this gateway against Envoy", () => {
  const comparisons = new Map<string, Comparison>();
  beforeAll(async () => {
    const prepared = prepare(chosen);
    const envoy = await runScenarios(prepared, startRealEnvoy);
    const host = await runScenarios(prepared, startHost);
    for (const scenario of chosen)
      comparisons.set(scenario.name, compare(envoy.get(scenario)!, host.get(scenario)!));
  });

  test.for(chosen.map(({ name }) => [name] as const))("%s", ([name]) => {
    const unlisted = comparisons
      .get(name)!
      .differences.filter(
        ({ where }) => !DIFFERENCES.some((known) => name.startsWith(known.scenario) && known.where === where),
      );
    expect(unlisted.map(report).join("\n"), "- Envoy, + this gateway").toBe("");
  });

  test("every listed difference is one", () => {
    const isThere = ({ scenario, where }: (typeof DIFFERENCES)[number]): boolean =>
      [...comparisons].some(
        ([name, { differences }]) =>
          name.startsWith(scenario) && differences.some((difference) => difference.where === where),
      );
    const listed = DIFFERENCES.filter(({ scenario }) => chosen.some(({ name }) => name.startsWith(scenario)));
    expect(listed.filter((known) => !isThere(known))).toEqual([]);
  });

  test("docs/fidelity.md says what the run says", async () => {
    const text = await format(page(comparisons), { parser: "markdown", printWidth: 110 });
    if (isWriting) writeFileSync(PAGE, text);
    expect(only !== "" || readFileSync(PAGE, "utf8") === text, "run npm run fidelity").toBe(true);
  });
});
