import { defineConfig } from "vitest/config";

export default defineConfig({ test: { name: "test-host", include: ["test/**/*.test.ts"], isolate: false } });
