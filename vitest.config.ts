import { availableParallelism } from "node:os";
import { defineConfig } from "vitest/config";

// One run, one summary. Each folder is a project, with a vitest.config.ts of its own only where it needs one.
// Tests start servers and child processes and trap inside wasm: the default pool, forks, keeps them apart.
export default defineConfig({
  test: {
    projects: ["packages/*", "examples"],
    // Most tests wait for a server, a child process or the compiler: one worker would leave a machine of two cores half idle.
    maxWorkers: Math.max(2, availableParallelism() - 1),
  },
});
