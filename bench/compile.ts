import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { distinctModule, median, milliseconds, pluginFile, type Row } from "./row.ts";

const PLUGINS = ["hello-world", "mock-response", "http-call", "redis-ratelimit"];
const RUNS = 50;
/** The whole module by the optimising compiler, as Envoy and Higress set V8. */
const V8_FLAGS = ["--no-liftoff", "--no-wasm-lazy-compilation"];

/** CPU time of compiling each plugin as gateways do, in all threads. */
export function compiles(): Row[] {
  return PLUGINS.map((name) => {
    const file = pluginFile(name);
    const printed = execFileSync(process.execPath, [...V8_FLAGS, fileURLToPath(import.meta.url), file], {
      encoding: "utf8",
    });
    const bytes = readFileSync(file).length.toLocaleString("en");
    return { what: `${name}, ${bytes} bytes`, figure: milliseconds(Number(printed)) };
  });
}

/** The middle of many, in milliseconds. */
function compileTime(file: string): number {
  const bytes = readFileSync(file);
  const times = Array.from({ length: RUNS }, (_, run) => {
    const module = distinctModule(bytes, run);
    const before = process.cpuUsage();
    void new WebAssembly.Module(module);
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  });
  return median(times);
}
const [, script, file] = process.argv;
if (script === fileURLToPath(import.meta.url) && file !== undefined) console.log(compileTime(file));
