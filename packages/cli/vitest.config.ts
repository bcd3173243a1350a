import { defineConfig } from "vitest/config";

// Tests start the command as a process, and some compile: seconds on a busy machine.
export default defineConfig({ test: { name: "cli", testTimeout: 60_000 } });
