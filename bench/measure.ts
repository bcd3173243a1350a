/**
 * Measures the test host beside its peers, and what gateways do with the plugins, into docs/benchmarks.md: `npm run bench`, or some sections of it:
 * `npm run bench -- compile sockets`.
 */
import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { compiles } from "./compile.ts";
import { inProcess } from "./in-process.ts";
import { kits } from "./kits.ts";
import { loads } from "./load.ts";
import { writeSections, type Section } from "./page.ts";
import { root } from "./row.ts";
import { sockets } from "./sockets.ts";

const SECTIONS: Record<string, Section> = {
  requests: {
    title: "In process",
    about: "The requests are `gateway.fetch`, one after the other.",
    measure: inProcess,
  },
  sockets: {
    title: "Over sockets",
    about: "The requests come over 50 connections that stay open.",
    measure: sockets,
  },
  kits: {
    title: "One test",
    about: `The test is the same in all rows: a request is held for the answer of a service, which puts a token on it. Go's kit runs the plugin
as Go code, or as wasm in wazero; its kit and ours both load the plugin anew for each test.`,
    measure: kits,
  },
  compile: {
    title: "Compiling a plugin",
    about: `CPU time, in all threads, of the compile that Envoy and Higress make of every plugin at its start: the whole module, by V8's optimising
compiler. Here in Node's V8, the middle of 50. V8 13 and newer, as in Envoy 1.40, inline functions while they compile and take two to
three times as long.`,
    measure: compiles,
  },
  load: {
    title: "Starting with a plugin",
    about: `CPU time, in all threads, that each plugin adds to the start of a real Envoy 1.40 with one worker: two virtual machines, their compile
and the configuration. Every copy is a module and a virtual machine of its own.`,
    measure: loads,
  },
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in SECTIONS));
if (unknown.length > 0) {
  console.error(`No section ${unknown.join(", ")}: there are ${Object.keys(SECTIONS).join(", ")}.`);
  process.exit(1);
}
const sections = Object.entries(SECTIONS).map(([name, section]) => ({
  ...section,
  isAsked: asked.length === 0 || asked.includes(name),
}));
const file = join(root, "docs/benchmarks.md");
await writeSections(file, sections);
execFileSync(join(root, "node_modules/.bin/prettier"), ["--write", "--log-level", "warn", file]);
console.log("\nWritten: docs/benchmarks.md");
