import { defineConfig } from "vitest/config";

// A test compiles its plugins, a few seconds each; without isolation a worker's compiler warms up once, not for each file.
export default defineConfig({
  test: { name: "sdk", include: ["test/**/*.test.ts"], testTimeout: 120_000, isolate: false },
});
