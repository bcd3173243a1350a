import { defineConfig } from "vitest/config";

export default defineConfig({
  test: { name: "fidelity", include: ["test/**/*.test.ts"], testTimeout: 30_000, hookTimeout: 400_000 },
});
