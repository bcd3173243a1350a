import { join, relative } from "node:path";
import { UsageError, type Arguments, type Command } from "../command.ts";
import { compile, RUNTIMES, writeChecksum, type Runtime } from "../plugin/compile.ts";
import { inspect } from "../plugin/inspect.ts";
import { readPluginFolder } from "../plugin/plugin-folder.ts";
import { count, paint, print, table } from "../terminal.ts";

export const build: Command = {
  name: "build",
  summary: "compiles the plugin in this folder and checks what came out",
  help: `Usage: gateway build [--runtime minimal|incremental] [--release-only]

Compiles with the folder's own asc and asconfig.json: targets release and debug, each for both
AssemblyScript runtimes. The artifact is the release build for the minimal runtime; its .sha256
is written beside it.

  --runtime <name>   only this runtime
  --release-only     no debug builds`,
  options: { runtime: { type: "string" }, "release-only": { type: "boolean" } },
  run,
};

async function run(given: Arguments): Promise<number> {
  if (given.positionals.length > 0)
    throw new UsageError("gateway build takes no argument: run it in the plugin's folder.");
  const runtime = given.value("runtime");
  if (runtime !== undefined && !RUNTIMES.includes(runtime as Runtime)) {
    throw new UsageError(`--runtime is ${RUNTIMES.join(" or ")}, not ${JSON.stringify(runtime)}.`);
  }
  const runtimes = runtime === undefined ? RUNTIMES : [runtime as Runtime];
  const start = performance.now();
  const plugin = readPluginFolder(process.cwd());
  const files = await compile(plugin, { runtimes, releaseOnly: given.on("release-only") });
  if (files.includes(plugin.releaseFile)) writeChecksum(plugin.folder, plugin.releaseFile);
  const inspections = files.map((file) => inspect(relative(process.cwd(), join(plugin.folder, file))));
  print(
    table(
      inspections.map((it) => [
        it.file,
        `${count(it.bytes)} bytes`,
        `${count(it.gzipBytes)} gzip`,
        `${it.imports.length} imports`,
      ]),
    ),
  );
  const problems = inspections.flatMap((it) => it.problems.map((problem) => `${it.file}: ${problem}`));
  for (const problem of problems) print(`${paint("red", "problem")} ${problem}`);
  if (problems.length > 0) return 1;
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  print(`Built ${files.length} modules in ${seconds} s. Next: gateway dev`);
  return 0;
}
