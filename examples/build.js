// Compiles every example in one process: the optimiser is slow until it has warmed up.
import { readdirSync } from "node:fs";
import { basename } from "node:path";
import asc from "assemblyscript/asc";

const plugins = readdirSync(".").filter((file) => file.endsWith(".ts") && file !== "vitest.config.ts");
for (const plugin of plugins) {
  const { error } = await asc.main([plugin, "--outFile", `dist/${basename(plugin, ".ts")}.wasm`], {
    stdout: process.stdout,
    stderr: process.stderr,
  });
  if (error) process.exit(1);
}
