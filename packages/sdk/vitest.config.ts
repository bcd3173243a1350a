import { defineConfig } from "vitest/config";

// A test compiles its plugins, a few seconds each.
export default defineConfig({ test: { name: "sdk", include: ["test/**/*.test.ts"], testTimeout: 120_000 } });
