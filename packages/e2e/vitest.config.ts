import { defineConfig } from "vitest/config";

// Without isolation a worker's compiler warms up once, not for each file.
export default defineConfig({
  test: {
    name: "e2e",
    include: ["test/**/*.test.ts"],
    testTimeout: 30_000,
    hookTimeout: 180_000,
    isolate: false,
  },
});
