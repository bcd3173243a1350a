import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { cpus, loadavg, release } from "node:os";
import type { Row } from "./row.ts";

export interface Section {
  title: string;
  about: string;
  measure: () => Row[] | Promise<Row[]>;
}

/** Measures the sections that are asked for and writes them into the page; the others stay as they were. */
export async function writeSections(
  file: string,
  sections: readonly (Section & { isAsked: boolean })[],
): Promise<void> {
  const before = readFileSync(file, "utf8");
  const parts: string[] = [];
  for (const { title, about, measure, isAsked } of sections) {
    if (!isAsked) {
      parts.push(textOf(before, title));
      continue;
    }
    const machine = machineNow();
    const rows = await measure();
    console.log(`\n${title}`);
    for (const { what, figure } of rows) console.log(`  ${what.padEnd(64)} ${figure}`);
    parts.push(`## ${title}\n\n${about}\n\n${machine}\n\n${table(rows)}\n`);
  }
  writeFileSync(file, `${HEAD}\n${parts.filter((part) => part !== "").join("\n")}`);
}

const HEAD = `# Benchmarks

Written by \`npm run bench\`. Machines differ, and so does what else they do: read rows beside each other, not alone.
`;

/** A section as the page has it; empty when it has none. */
function textOf(page: string, title: string): string {
  const [, text = ""] = page.split(`\n## ${title}\n`);
  return text === "" ? "" : `## ${title}\n${text.split("\n## ", 1)[0]}`;
}
function machineNow(): string {
  const [load = 0] = loadavg();
  const [cpu] = cpus();
  const date = new Date().toISOString().slice(0, 10);
  return `Measured on ${date} with Node ${process.versions.node}, ${version("go", "version")}, ${cpus().length} x ${cpu?.model.trim()}, Linux ${release()}, load ${load.toFixed(0)} before the run.`;
}
function table(rows: readonly Row[]): string {
  const lines = rows.map(({ what, figure }) => `| ${what} | ${figure} |`);
  return ["| what | figure |", "| --- | ---: |", ...lines].join("\n");
}
function version(command: string, ...args: string[]): string {
  try {
    return execFileSync(command, args, { encoding: "utf8" }).trim();
  } catch {
    return `no ${command}`;
  }
}
