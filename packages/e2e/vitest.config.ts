import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { name: "e2e", include: ["test/**/*.test.ts"], testTimeout: 30_000, hookTimeout: 180_000 },
});
