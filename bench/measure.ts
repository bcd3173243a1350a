/** Measures the test host beside its peers, in one run: `npm run bench`. It writes docs/benchmarks.md. */
import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { cpus, loadavg, release } from "node:os";
import { join } from "node:path";
import { inProcess } from "./in-process.ts";
import { kits } from "./kits.ts";
import { root, type Row } from "./row.ts";
import { sockets } from "./sockets.ts";

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

const [load = 0] = loadavg();
const sections: [title: string, rows: Row[]][] = [
  ["In process", await inProcess()],
  ["Over sockets", await sockets()],
  ["One test", await kits()],
];
const [cpu] = cpus();
const page = `# Benchmarks

Written by \`npm run bench\`, all in one run: ${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}, ${version("go", "version")},
${cpus().length} x ${cpu?.model.trim()}, Linux ${release()}, load ${load.toFixed(0)} before the run. Machines differ, and so does what else they do: read rows beside each other, not alone.

${sections.map(([title, rows]) => `## ${title}\n\n${table(rows)}`).join("\n\n")}

The requests in process are \`gateway.fetch\`, one after the other. Those over sockets come over 50 connections that stay open. The test of the last
table is the same in all rows: a request is held for the answer of a service, which puts a token on it. Go's kit runs the plugin as Go code, or as
wasm in wazero; its kit and ours both load the plugin anew for each test.
`;
const file = join(root, "docs/benchmarks.md");
writeFileSync(file, page);
execFileSync(join(root, "node_modules/.bin/prettier"), ["--write", "--log-level", "warn", file]);
for (const [title, rows] of sections) {
  console.log(`\n${title}`);
  for (const { what, figure } of rows) console.log(`  ${what.padEnd(64)} ${figure}`);
}
console.log("\nWritten: docs/benchmarks.md");
