import { UsageError, type Arguments, type Command } from "../command.ts";
import { inspect, loadsOn, type Inspection } from "../plugin/inspect.ts";
import { count, paint, print } from "../terminal.ts";

export const check: Command = {
  name: "check",
  summary: "tells on which gateways a .wasm file loads, and what is in it",
  help: `Usage: gateway check <file.wasm ...> [--json]

Loads each file as Envoy and as Higress would, without running it: ABI marker, host functions
and their signatures, callbacks, allocator, memory, start code. Prints size, imports and exports.

  --json    the same as a JSON array, one object per file

Exit code 1 when a file loads nowhere or does what crashes a gateway.`,
  options: { json: { type: "boolean" } },
  run,
};

async function run(given: Arguments): Promise<number> {
  if (given.positionals.length === 0)
    throw new UsageError("Name a .wasm file: gateway check dist/plugin.wasm");
  const inspections = given.positionals.map(inspect);
  if (given.on("json")) print(JSON.stringify(inspections, null, 2));
  else for (const inspection of inspections) printInspection(inspection);
  return inspections.some((inspection) => inspection.problems.length > 0) ? 1 : 0;
}

function printInspection(it: Inspection): void {
  print(paint("bold", it.file));
  print(`  loads on  ${loadsOn(it)}`);
  for (const problem of it.problems) print(`  ${paint("red", "problem")}   ${problem}`);
  print(`  size      ${count(it.bytes)} bytes, ${count(it.gzipBytes)} with gzip`);
  print(`  imports   ${it.imports.join(" ") || "none"}`);
  print(`  exports   ${it.exports.join(" ") || "none"}`);
}
